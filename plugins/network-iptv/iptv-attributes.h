/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

G_BEGIN_DECLS

/**
 * SECTION:iptv-attributes
 *
 * Reads `key="value" key='value' key=value` in place, as in #EXTM3U and
 * #EXTINF lines: keys become lower case, values are cut where they stand.
 */
typedef enum {
  IPTV_FAULT_MISSING_SPACE = 1 << 0,
  IPTV_FAULT_MISSING_QUOTE = 1 << 1,
  IPTV_FAULT_SINGLE_QUOTES = 1 << 2,
  IPTV_FAULT_UNQUOTED = 1 << 3,
  IPTV_FAULT_STRAY_TEXT = 1 << 4,
  IPTV_FAULT_STRAY_COMMA = 1 << 5,
  IPTV_FAULT_LONG_VALUE = 1 << 6,
  IPTV_FAULT_TOO_MANY = 1 << 7,
} IptvFaults;

#define IPTV_MAX_VALUE_BYTES 65536 /* of an attribute; longer ones are dropped, told */
#define IPTV_MAX_ATTRIBUTES 256    /* of an entry */

typedef struct {
  GArray *attributes; /* of HearthAttribute; borrowed */
  IptvFaults faults;  /* added to */
  char *name;         /* what follows the comma, trimmed; NULL: there was no comma */
  char *stray;        /* text between attributes and comma (or the end), trimmed; NULL: none */
  gboolean at_comma;  /* private: the last value ended at a comma */
} IptvAttributeScan;

/* @text: NUL-terminated; stays the storage of all results. @after_value: something stood right before it ("-1"). */
void iptv_attributes_scan (IptvAttributeScan *self, char *text, gboolean after_value);

/* Appends within the limits; @key is made lower case in place, @value trimmed of nothing. */
void iptv_attributes_add (GArray *attributes, char *key, const char *value, IptvFaults *faults);

/* First of the value of @keys (NULL-terminated) that is there and not empty. NULL: none. */
const char *iptv_attributes_find (const HearthAttribute *attributes, guint n_attributes, const char *const *keys);
const char *iptv_attributes_get (const HearthAttribute *attributes, guint n_attributes, const char *key);

G_END_DECLS
