# SPDX-License-Identifier: LGPL-2.1-or-later
# The interfaces: XML first, code from it. #include "dbus/tv.hearth.Player1.h" gives HearthDBusPlayer1.
dbus_public = Channels1 Networks1 Network1 Player1 Display1 Settings1 System1 Recordings1 Guide1 Views1
dbus_internal = internal.Manager1 internal.Worker1 internal.Stream1 internal.Play1 internal.Shell1 internal.Platform1 \
  internal.Record1
dbus_xml = $(dbus_public:%=src/dbus/tv.hearth.%.xml) $(dbus_internal:%=src/dbus/tv.hearth.%.xml)
dbus_mpris = src/dbus/org.mpris.MediaPlayer2.xml src/dbus/org.mpris.MediaPlayer2.Player.xml
dbus_headers = $(dbus_xml:.xml=.h) $(dbus_mpris:.xml=.h)
dbusinterfacesdir = $(datadir)/dbus-1/interfaces
dbusinterfaces_DATA = $(dbus_public:%=src/dbus/tv.hearth.%.xml)
EXTRA_DIST += $(dbus_xml) $(dbus_mpris)
BUILT_SOURCES += $(dbus_headers)
CLEANFILES += $(dbus_headers) $(dbus_headers:.h=.c)
GDBUS_FLAGS = --c-namespace HearthDBus --interface-prefix tv.hearth. --c-generate-autocleanup all

MPRIS_FLAGS = --c-namespace HearthMpris --interface-prefix org.mpris. --c-generate-autocleanup all

# A header and a body are made apart, so that no rule has two outputs.
src/dbus/tv.hearth.%.h: src/dbus/tv.hearth.%.xml
	$(AM_V_GEN)$(MKDIR_P) src/dbus && $(GDBUS_CODEGEN) $(GDBUS_FLAGS) --header --output $@ $<
src/dbus/tv.hearth.%.c: src/dbus/tv.hearth.%.xml src/dbus/tv.hearth.%.h
	$(AM_V_GEN)$(MKDIR_P) src/dbus && $(GDBUS_CODEGEN) $(GDBUS_FLAGS) --body --output $@ $<
src/dbus/org.mpris.%.h: src/dbus/org.mpris.%.xml
	$(AM_V_GEN)$(MKDIR_P) src/dbus && $(GDBUS_CODEGEN) $(MPRIS_FLAGS) --header --output $@ $<
src/dbus/org.mpris.%.c: src/dbus/org.mpris.%.xml src/dbus/org.mpris.%.h
	$(AM_V_GEN)$(MKDIR_P) src/dbus && $(GDBUS_CODEGEN) $(MPRIS_FLAGS) --body --output $@ $<

noinst_LTLIBRARIES += libdbus.la
# One by one: automake does not understand a list made by substitution, and would leave the library empty.
nodist_libdbus_la_SOURCES = src/dbus/tv.hearth.Channels1.c src/dbus/tv.hearth.Networks1.c src/dbus/tv.hearth.Network1.c \
  src/dbus/tv.hearth.Player1.c src/dbus/tv.hearth.Display1.c src/dbus/tv.hearth.Settings1.c \
  src/dbus/tv.hearth.System1.c src/dbus/tv.hearth.Recordings1.c src/dbus/tv.hearth.Guide1.c src/dbus/tv.hearth.Views1.c src/dbus/tv.hearth.internal.Manager1.c src/dbus/tv.hearth.internal.Worker1.c \
  src/dbus/tv.hearth.internal.Stream1.c src/dbus/tv.hearth.internal.Play1.c src/dbus/tv.hearth.internal.Shell1.c \
  src/dbus/tv.hearth.internal.Platform1.c src/dbus/tv.hearth.internal.Record1.c \
  src/dbus/org.mpris.MediaPlayer2.c src/dbus/org.mpris.MediaPlayer2.Player.c
libdbus_la_SOURCES =
libdbus_la_CFLAGS = -std=gnu11 $(SANITIZE) -fvisibility=hidden $(GLIB_CFLAGS)
libdbus_la_LIBADD = $(GLIB_LIBS)
