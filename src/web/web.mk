# SPDX-License-Identifier: LGPL-2.1-or-later
if WEB
hearthlibexec_PROGRAMS += hearth-web
hearth_web_SOURCES = src/web/hearth-web.h src/web/web-main.c src/web/web-guard.c src/web/web-keys.c src/web/web-live.c \
  src/web/web-state.c src/web/web-stream.c
nodist_hearth_web_SOURCES = src/web/web-resource.c
hearth_web_CFLAGS = $(AM_CFLAGS) $(SOUP_CFLAGS) $(JSON_CFLAGS)
hearth_web_LDADD = libbase.la libhearth-1.0.la $(SOUP_LIBS) $(JSON_LIBS) $(GLIB_LIBS)
CLEANFILES += src/web/web-resource.c
endif

web_page = src/web/page/web.gresource.xml src/web/page/live.html src/web/page/live.css src/web/page/live.js
EXTRA_DIST += $(web_page)

src/web/web-resource.c: $(web_page)
	$(AM_V_GEN)$(MKDIR_P) src/web && $(GLIB_COMPILE_RESOURCES) --generate-source --target=$@ \
	  --sourcedir=$(srcdir)/src/web/page $(srcdir)/src/web/page/web.gresource.xml
