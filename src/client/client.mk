# SPDX-License-Identifier: LGPL-2.1-or-later
# The client half of libhearth-1.0, and its introspection data.
sdkinclude_HEADERS += include/hearth/client.h
libhearth_1_0_la_SOURCES += src/client/hearth-client-private.h src/client/hearth-bus.c src/client/hearth-channel.c \
  src/client/hearth-client.c src/client/hearth-client-calls.c

if INTROSPECTION
if !SANITIZED
# The scanner runs a program of its own against the library, which a sanitizer's run-time does not survive.
gir_files = $(top_srcdir)/include/hearth/error.h $(top_srcdir)/include/hearth/client.h $(top_srcdir)/src/client/hearth-bus.c \
  $(top_srcdir)/src/client/hearth-channel.c $(top_srcdir)/src/client/hearth-client.c $(top_srcdir)/src/client/hearth-client-calls.c
girdir = $(datadir)/gir-1.0
gir_DATA = Hearth-1.0.gir
typelibdir = $(libdir)/girepository-1.0
typelib_DATA = Hearth-1.0.typelib
CLEANFILES += $(gir_DATA) $(typelib_DATA)

Hearth-1.0.gir: libhearth-1.0.la $(gir_files)
	$(AM_V_GEN)CC="$(CC)" CFLAGS="$(CFLAGS)" CPPFLAGS="$(CPPFLAGS)" LDFLAGS="$(LDFLAGS)" $(G_IR_SCANNER) --quiet --warn-all \
	  --libtool="$(SHELL) $(top_builddir)/libtool" --namespace=Hearth --nsversion=1.0 --symbol-prefix=hearth --identifier-prefix=Hearth \
	  --include=Gio-2.0 --pkg=gio-2.0 --pkg=gio-unix-2.0 --pkg-export=hearth-1.0 --c-include=hearth/hearth.h --library=libhearth-1.0.la \
	  --cflags-begin -I$(top_srcdir)/include -I$(top_srcdir)/src -D_GNU_SOURCE --cflags-end $(gir_files) --output $@
Hearth-1.0.typelib: Hearth-1.0.gir
	$(AM_V_GEN)$(G_IR_COMPILER) --includedir=. $< --output $@
endif
endif
