# SPDX-License-Identifier: LGPL-2.1-or-later
# What every job in the virtual box begins with: the bus, and start_box.
export PATH=@PREFIX@/bin:/bin:/usr/bin HOME=/root LANG=C.UTF-8 TMPDIR=/run/tmp
export HEARTH_BUS=unix:path=/run/bus HEARTH_RUNTIME_DIR=/run/hearth HEARTH_STATE_DIR=${HEARTH_STATE_DIR:-/run/state} HEARTH_CACHE_DIR=/run/cache
export GSETTINGS_BACKEND=memory GIO_USE_PROXY_RESOLVER=dummy GIO_USE_VFS=local GST_PLUGIN_SYSTEM_PATH=/usr/lib/x86_64-linux-gnu/gstreamer-1.0
mkdir -p /run/hearth /run/cache /run/tmp

load() { # a module of the kernel, with what it needs; then parameters
  name=$1
  shift
  while read -r file; do
    case $file in
      "$name".ko) insmod "/run/modules/$file" "$@" 2>/dev/null ;;
      *) insmod "/run/modules/$file" 2>/dev/null ;;
    esac
  done <"/run/modules/$name.order"
}

# Waits until a command succeeds; the guest is slow, and not by how much one thinks.
await() { # SECONDS COMMAND...
  end=$(($(cut -d. -f1 /proc/uptime) + $1))
  shift
  until "$@"; do
    [ "$(cut -d. -f1 /proc/uptime)" -lt "$end" ] || {
      echo "@failed not within its time: $*"
      return 1
    }
    sleep 0.2
  done
}

start_box() {
  dbus-daemon --config-file=/etc/bus.conf --address="$HEARTH_BUS" --fork
  @PREFIX@/libexec/hearth/hearth-supervise @PREFIX@/libexec/hearth/hearthd >/run/log 2>&1 &
  await 120 answers
}

answers() {
  hearthctl status >/dev/null 2>&1
}

say() { # WORD QUESTION...: what hearthctl answers, for the host
  word=$1
  shift
  echo "@$word $(hearthctl --json "$@" | tr -d '\n')"
}

has() { # QUESTION PATTERN: hearthctl's answer has it
  hearthctl --json $1 | tr -d '\n' | grep -qE "$2"
}

log() {
  sed 's/^/log: /' /run/log | tail -n 40
}
