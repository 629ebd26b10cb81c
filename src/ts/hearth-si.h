/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * SECTION:si
 *
 * Service information: the tables of ETSI EN 300 468 (v1.15.1 and later),
 * ISO/IEC 13818-1 (PAT, CAT, PMT) and TS 102 809 (AIT), as pure functions of
 * a section. Nothing is copied: what a parser returns points into the section,
 * lives as long as it does, and is checked against its end while one walks on.
 *
 * A section is parsed by its own function, then its loops are walked:
 *
 *   HearthSiSdt sdt;
 *   HearthSiSdtService service;
 *   HearthSiDescriptor descriptor;
 *
 *   if (hearth_si_sdt_parse (&sdt, section, n_bytes))
 *     while (hearth_si_sdt_next (&sdt, &service))
 *       while (hearth_si_descriptor_next (&service.descriptors, &descriptor))
 *         ...
 *
 * hearth-si-descriptors.h reads descriptors, hearth-dvb-text.h their texts,
 * hearth-si-collector.h follows a whole multiplex, hearth-si-event.h and
 * hearth-si-multiplex.h put together what is spread over several of them.
 */

#include "ts/hearth-ts.h"

G_BEGIN_DECLS

/* ---- where tables are: EN 300 468, table 1, and 13818-1, table 2-3 ------------------- */

#define HEARTH_SI_PID_PAT 0x0000
#define HEARTH_SI_PID_CAT 0x0001
#define HEARTH_SI_PID_NIT 0x0010
#define HEARTH_SI_PID_SDT 0x0011 /* BAT too */
#define HEARTH_SI_PID_EIT 0x0012
#define HEARTH_SI_PID_RST 0x0013
#define HEARTH_SI_PID_TDT 0x0014 /* TOT too */
#define HEARTH_SI_PID_PSIP 0x1ffb /* ATSC's tables: A/65, 4.1 */

/* EN 300 468, table 2 */
enum {
  HEARTH_SI_TABLE_PAT = 0x00,
  HEARTH_SI_TABLE_CAT = 0x01,
  HEARTH_SI_TABLE_PMT = 0x02,
  HEARTH_SI_TABLE_NIT_ACTUAL = 0x40,
  HEARTH_SI_TABLE_NIT_OTHER = 0x41,
  HEARTH_SI_TABLE_SDT_ACTUAL = 0x42,
  HEARTH_SI_TABLE_SDT_OTHER = 0x46,
  HEARTH_SI_TABLE_BAT = 0x4a,
  HEARTH_SI_TABLE_EIT_PF_ACTUAL = 0x4e,
  HEARTH_SI_TABLE_EIT_PF_OTHER = 0x4f,
  HEARTH_SI_TABLE_EIT_SCHEDULE_ACTUAL = 0x50, /* to 0x5f, four days each */
  HEARTH_SI_TABLE_EIT_SCHEDULE_OTHER = 0x60,  /* to 0x6f */
  HEARTH_SI_TABLE_TDT = 0x70,
  HEARTH_SI_TABLE_RST = 0x71,
  HEARTH_SI_TABLE_STUFFING = 0x72,
  HEARTH_SI_TABLE_TOT = 0x73,
  HEARTH_SI_TABLE_AIT = 0x74,
  HEARTH_SI_TABLE_ATSC_MGT = 0xc7, /* recognised, not read: A/65, table 4.1; and the two behind it, TVCT and CVCT */
  HEARTH_SI_TABLE_ATSC_CVCT = 0xc9,
};

static inline gboolean
hearth_si_table_is_atsc (guint8 table_id)
{
  return table_id >= HEARTH_SI_TABLE_ATSC_MGT && table_id <= HEARTH_SI_TABLE_ATSC_CVCT;
}

static inline gboolean
hearth_si_table_is_eit (guint8 table_id)
{
  return table_id >= HEARTH_SI_TABLE_EIT_PF_ACTUAL && table_id <= 0x6f;
}

static inline gboolean
hearth_si_table_is_schedule (guint8 table_id)
{
  return table_id >= HEARTH_SI_TABLE_EIT_SCHEDULE_ACTUAL && table_id <= 0x6f;
}

/* "EIT schedule actual", as people call it; "table 0x80" is written into @buffer for others. */
const char *hearth_si_table_get_name (guint8 table_id, char buffer[16]);

/* Japan's networks: TS 101 162. Their texts are in ARIB STD-B24's codes, and nothing in them says so. (Brazil's ISDB has ISO 8859-15.) */
gboolean hearth_si_network_is_arib (guint16 original_network_id);
/* And their EIT, TDT and TOT are in Japan's time where DVB has UTC: this is to be taken off (ARIB STD-B10, part 2, 5.2.4). */
#define HEARTH_SI_ARIB_OFFSET_S (9 * 3600)

/* ---- times: EN 300 468, annex C, and 5.2.4 ---------------------------------------------- */

#define HEARTH_SI_NO_TIME G_MININT64

/* 40 bits of MJD and BCD; seconds since 1970 UTC, NO_TIME for all ones (an NVOD reference has none) and for nonsense. */
gint64 hearth_si_time_parse (const guint8 bytes[5]);
/* 24 bits of BCD; 0 for nonsense. */
guint32 hearth_si_duration_parse (const guint8 bytes[3]);

/* ---- sections --------------------------------------------------------------------------- */

typedef struct {
  guint8 table_id;
  gboolean is_long;    /* has all of what follows and a CRC */
  guint16 extension;   /* table_id_extension: service, transport stream, network or bouquet */
  guint8 version;
  gboolean current;    /* current_next_indicator */
  guint8 section_number, last_section_number;
} HearthSiHeader;

/* FALSE: @n_bytes is not the section's length, or too short for what it says it is. */
gboolean hearth_si_header_parse (HearthSiHeader *header, const guint8 *section, gsize n_bytes);

/* A loop being walked: the bytes still ahead. */
typedef struct {
  const guint8 *at, *end;
  guint32 private_data_specifier; /* in force for what follows: 6.2.31 */
} HearthSiLoop;

/* One descriptor. Those of the extension descriptor (0x7f, 6.2.18.1) are told as 0x7f00 + their own tag. */
typedef struct {
  guint16 tag;
  guint32 private_data_specifier; /* 0: none was there before it in its loop */
  const guint8 *data;
  guint n_bytes;
} HearthSiDescriptor;

/* The next descriptor of a loop; FALSE at its end, which is also where one is cut off. */
gboolean hearth_si_descriptor_next (HearthSiLoop *loop, HearthSiDescriptor *descriptor);
/* The first one with that tag; does not move @loop. */
gboolean hearth_si_descriptor_find (const HearthSiLoop *loop, guint16 tag, HearthSiDescriptor *descriptor);

/* All parsers below: FALSE when it is another table or broken. They take sections that are not yet in force too: see
 * header.current. */

/* ---- CAT: 13818-1, 2.4.4.6 */
typedef struct {
  HearthSiHeader header;
  HearthSiLoop descriptors;
} HearthSiCat;

gboolean hearth_si_cat_parse (HearthSiCat *cat, const guint8 *section, gsize n_bytes);

/* ---- PMT: 13818-1, 2.4.4.8; hearth_ts_pmt_parse() tells codecs and languages at once */
typedef struct {
  HearthSiHeader header; /* extension: program_number, in DVB the service_id */
  guint16 pcr_pid;       /* HEARTH_TS_NO_PID: none */
  HearthSiLoop descriptors;
  HearthSiLoop streams;
} HearthSiPmt;

typedef struct {
  guint8 stream_type;
  guint16 pid;
  HearthSiLoop descriptors;
} HearthSiPmtStream;

gboolean hearth_si_pmt_parse (HearthSiPmt *pmt, const guint8 *section, gsize n_bytes);
gboolean hearth_si_pmt_next (HearthSiPmt *pmt, HearthSiPmtStream *stream);

/* ---- NIT and BAT: 5.2.1, 5.2.2 */
typedef struct {
  HearthSiHeader header; /* extension: network_id or bouquet_id */
  HearthSiLoop descriptors;
  HearthSiLoop streams;
} HearthSiNit;

typedef struct {
  guint16 transport_stream_id, original_network_id;
  HearthSiLoop descriptors;
} HearthSiNitStream;

gboolean hearth_si_nit_parse (HearthSiNit *nit, const guint8 *section, gsize n_bytes);
gboolean hearth_si_nit_next (HearthSiNit *nit, HearthSiNitStream *stream);

/* ---- SDT: 5.2.3 */
typedef enum { /* table 6 */
  HEARTH_SI_RUNNING_UNDEFINED = 0,
  HEARTH_SI_NOT_RUNNING = 1,
  HEARTH_SI_STARTS_SOON = 2,
  HEARTH_SI_PAUSING = 3,
  HEARTH_SI_RUNNING = 4,
  HEARTH_SI_OFF_AIR = 5,
} HearthSiRunning;

const char *hearth_si_running_get_name (guint8 running); /* "running" */

typedef struct {
  HearthSiHeader header; /* extension: transport_stream_id */
  guint16 original_network_id;
  HearthSiLoop services;
} HearthSiSdt;

typedef struct {
  guint16 service_id;
  gboolean has_schedule, has_present_following; /* EIT of this service in this stream */
  guint8 running;        /* HearthSiRunning */
  gboolean free_ca_mode; /* TRUE: some of it may be scrambled */
  HearthSiLoop descriptors;
} HearthSiSdtService;

gboolean hearth_si_sdt_parse (HearthSiSdt *sdt, const guint8 *section, gsize n_bytes);
gboolean hearth_si_sdt_next (HearthSiSdt *sdt, HearthSiSdtService *service);

/* ---- EIT: 5.2.4 */
typedef struct {
  HearthSiHeader header; /* extension: service_id; the section's number says present (0) or following (1) */
  guint16 transport_stream_id, original_network_id;
  guint8 segment_last_section_number, last_table_id;
  HearthSiLoop events;
} HearthSiEit;

typedef struct {
  guint16 event_id;
  gint64 start_utc_s; /* HEARTH_SI_NO_TIME: none */
  guint32 duration_s;
  guint8 running;
  gboolean free_ca_mode;
  HearthSiLoop descriptors;
} HearthSiEitEvent;

gboolean hearth_si_eit_parse (HearthSiEit *eit, const guint8 *section, gsize n_bytes);
gboolean hearth_si_eit_next (HearthSiEit *eit, HearthSiEitEvent *event);

/* ---- TDT and TOT: 5.2.5, 5.2.6 */
typedef struct {
  guint8 table_id;
  gint64 utc_s;             /* HEARTH_SI_NO_TIME: nonsense */
  HearthSiLoop descriptors; /* of a TOT: local time offsets */
} HearthSiTime;

gboolean hearth_si_tdt_parse (HearthSiTime *time, const guint8 *section, gsize n_bytes);

/* ---- RST: 5.2.7 */
typedef struct {
  guint16 transport_stream_id, original_network_id, service_id, event_id;
  guint8 running;
} HearthSiRstEvent;

gboolean hearth_si_rst_parse (HearthSiLoop *events, const guint8 *section, gsize n_bytes);
gboolean hearth_si_rst_next (HearthSiLoop *events, HearthSiRstEvent *event);

/* ---- AIT: TS 102 809, 5.3.4 */
typedef struct {
  HearthSiHeader header;
  guint16 application_type; /* 0x0001 DVB-J, 0x0010 HbbTV */
  gboolean test;
  HearthSiLoop descriptors;
  HearthSiLoop applications;
} HearthSiAit;

typedef struct {
  guint32 organisation_id;
  guint16 application_id;
  guint8 control_code; /* 1 autostart, 2 present, 4 kill: table 3 */
  HearthSiLoop descriptors;
} HearthSiApplication;

gboolean hearth_si_ait_parse (HearthSiAit *ait, const guint8 *section, gsize n_bytes);
gboolean hearth_si_ait_next (HearthSiAit *ait, HearthSiApplication *application);

G_END_DECLS
