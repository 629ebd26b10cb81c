/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HearthError:
 *
 * The one error domain. Each code crosses the bus as `tv.hearth.Error.<Name>`
 * (%HEARTH_ERROR_NO_SIGNAL is `tv.hearth.Error.NoSignal`); the same list stands
 * in the comment of src/dbus/tv.hearth.System1.xml. Codes are never renumbered
 * or reused.
 *
 * A message says what was tried, with what, and what the person can do.
 */
typedef enum {
  HEARTH_ERROR_FAILED = 0,        /* none of those below */
  HEARTH_ERROR_INVALID_ARGUMENT,  /* the caller's words are off */
  HEARTH_ERROR_NOT_FOUND,         /* no such channel, network, file, key */
  HEARTH_ERROR_EXISTS,            /* the name is taken */
  HEARTH_ERROR_BUSY,              /* try again later */
  HEARTH_ERROR_NOT_SUPPORTED,     /* this box, build or format cannot */
  HEARTH_ERROR_PERMISSION_DENIED, /* the caller may not */
  HEARTH_ERROR_TIMED_OUT,         /* no answer in time */
  HEARTH_ERROR_CANCELLED,         /* the caller gave up, or a newer request took its place */
  HEARTH_ERROR_NO_ADDRESS,        /* nowhere to get the stream from: name does not resolve, no interface, no route */
  HEARTH_ERROR_NO_SIGNAL,         /* no lock, or the server refuses */
  HEARTH_ERROR_NO_PACKETS,        /* joined or connected, and nothing comes */
  HEARTH_ERROR_NO_KEY_FRAME,      /* packets come, and no picture can start */
  HEARTH_ERROR_CANNOT_DECODE,     /* no decoder, or the decoder fails */
  HEARTH_ERROR_DISCONNECTED,      /* the other end went away */
  HEARTH_ERROR_CORRUPT,           /* foreign bytes break their format */
  HEARTH_ERROR_LIMIT,             /* a budget is used up: size, number, memory */
  HEARTH_ERROR_IO,                /* the disk or the kernel said no */
  HEARTH_ERROR_PLUGIN,            /* a plug-in cannot be loaded */
  HEARTH_ERROR_N_CODES
} HearthError;

#define HEARTH_ERROR (hearth_error_quark ())

/**
 * hearth_error_quark:
 *
 * Registers the domain with GDBus on first use. Any thread.
 */
GQuark hearth_error_quark (void);

/**
 * hearth_error_get_name:
 *
 * Returns: (transfer none): the code's short name ("NoSignal"), also for unknown codes ("Failed")
 */
const char *hearth_error_get_name (HearthError code);

/**
 * hearth_error_translate:
 * @error: (inout) (nullable): a place that holds an error, or %NULL
 * @format: what was tried, as printf; becomes the head of the message
 *
 * Turns a foreign error (GIO, GDBus, GLib's file errors, GStreamer, also
 * time-outs and cancellation) into one of ours, "<what was tried>: <its
 * message>". An error that is ours already gets the head and keeps its code.
 * Does nothing when there is no error. Any thread.
 */
void hearth_error_translate (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/**
 * hearth_error_set_errno:
 * @error_number: the errno at the time of the failure
 *
 * Sets an error from errno, "<what was tried>: <strerror>". Any thread.
 */
void hearth_error_set_errno (GError **error, int error_number, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
