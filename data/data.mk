# SPDX-License-Identifier: LGPL-2.1-or-later
dist_pkgdata_DATA += data/private-bus.conf.in

# Who may talk to hearthd on the system bus; it comes in by the system bus's own includedir.
dbuspolicydir = $(datadir)/dbus-1/system.d
dist_dbuspolicy_DATA = data/dbus/tv.hearth.Hearth1.conf
dist_bashcompletion_DATA += data/completion/hearthctl
dist_man_MANS += data/man/hearthctl.1 data/man/hearthd.8 data/man/hearth-stream.8 data/man/hearth-record.8 data/man/hearth-play.8 data/man/hearth-shell.8 \
  data/man/hearth-worker.8 data/man/hearth-supervise.8
if WEB
dist_man_MANS += data/man/hearth-web.8
endif
