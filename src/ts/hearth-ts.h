/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * SECTION:ts
 *
 * MPEG-TS by ISO/IEC 13818-1. Parsers are plain structs with init/clear and
 * pure functions of byte spans: no globals, no logging, no threads.
 */

#include <glib.h>

G_BEGIN_DECLS

#define HEARTH_TS_PACKET 188
#define HEARTH_TS_NO_TIME G_MININT64
#define HEARTH_TS_MAX_STREAMS 64
#define HEARTH_TS_NO_PID 0x1fff

/* ---- packets: ISO/IEC 13818-1, 2.4.3 -------------------------------------------- */

static inline guint16 hearth_ts_pid (const guint8 *p) { return ((p[1] & 0x1f) << 8) | p[2]; }
static inline gboolean hearth_ts_unit_start (const guint8 *p) { return (p[1] & 0x40) != 0; }
static inline gboolean hearth_ts_error (const guint8 *p) { return (p[1] & 0x80) != 0; }
static inline gboolean hearth_ts_scrambled (const guint8 *p) { return (p[3] & 0xc0) != 0; }
static inline gboolean hearth_ts_has_payload (const guint8 *p) { return (p[3] & 0x10) != 0; }
static inline gboolean hearth_ts_has_adaptation (const guint8 *p) { return (p[3] & 0x20) != 0; }
static inline guint8 hearth_ts_continuity (const guint8 *p) { return p[3] & 0x0f; }

/* Offset of the payload in the packet, 188 when there is none or the adaptation field is wrong. */
guint hearth_ts_payload_offset (const guint8 *packet);
/* The adaptation field's flags byte, 0 when there is none (discontinuity 0x80, random access 0x40, PCR 0x10). */
guint8 hearth_ts_adaptation_flags (const guint8 *packet);
/* PCR in 27 MHz, FALSE when the packet has none. */
gboolean hearth_ts_pcr (const guint8 *packet, guint64 *pcr_27mhz);

/* Cuts a byte stream into packets: 188, and 192 and 204 with their extra bytes dropped. Keeps the rest between calls. */
typedef struct {
  guint8 rest[HEARTH_TS_PACKET * 6 + 208 * 6];
  guint n_rest;
  guint packet_size; /* 0: not synchronised */
  guint skip_bytes;  /* of what follows the last packet */
  guint64 lost_bytes; /* thrown away while looking for the sync */
} HearthTsSync;

typedef void (*HearthTsPacketsFunc) (const guint8 *packets, gsize n_packets, gpointer user_data);

void hearth_ts_sync_init (HearthTsSync *self);
/* Calls @func with runs of whole 188-byte packets, straight from @bytes wherever it can (no copy for aligned 188-byte input). */
void hearth_ts_sync_push (HearthTsSync *self, const guint8 *bytes, gsize n_bytes, HearthTsPacketsFunc func, gpointer user_data);

/* ---- time ---------------------------------------------------------------------- */

/* Unwraps 33-bit 90 kHz times to the nearest of the last one. Whoever joins a time line that others began (a ring's)
 * sets @last to a time of it first, else the two may lie a multiple of 2^33 apart. */
typedef struct {
  gint64 last; /* HEARTH_TS_NO_TIME before the first */
} HearthTsUnwrap;

void hearth_ts_unwrap_init (HearthTsUnwrap *self);
gint64 hearth_ts_unwrap (HearthTsUnwrap *self, guint64 value33);

/* ---- sections: 2.4.4; CRC by annex A ---------------------------------------------- */

guint32 hearth_ts_crc32 (const guint8 *bytes, gsize n_bytes);

#define HEARTH_TS_MAX_SECTION 4096

typedef struct {
  guint8 data[HEARTH_TS_MAX_SECTION];
  guint have, want; /* want 0: waiting for a start */
  guint8 continuity;
  guint64 crc_errors;
  guint8 damaged[12]; /* the first bytes of the last section whose CRC was wrong */
} HearthTsSection;

/* @section: whole, its CRC right where its syntax has one. */
typedef void (*HearthTsSectionFunc) (const guint8 *section, gsize n_bytes, gpointer user_data);

void hearth_ts_section_init (HearthTsSection *self);
/* One packet of the section's PID. Several sections a packet, a section over many packets, loss: an incomplete one is dropped. */
void hearth_ts_section_push (HearthTsSection *self, const guint8 *packet, HearthTsSectionFunc func, gpointer user_data);

typedef enum {
  HEARTH_TS_CODEC_NONE = 0,
  HEARTH_TS_VIDEO_MPEG1, HEARTH_TS_VIDEO_MPEG2, HEARTH_TS_VIDEO_MPEG4, HEARTH_TS_VIDEO_H264, HEARTH_TS_VIDEO_HEVC,
  HEARTH_TS_VIDEO_VVC, HEARTH_TS_VIDEO_AVS, HEARTH_TS_VIDEO_AVS2, HEARTH_TS_VIDEO_AVS3, HEARTH_TS_VIDEO_AV1,
  HEARTH_TS_AUDIO_MPEG, HEARTH_TS_AUDIO_AAC_ADTS, HEARTH_TS_AUDIO_AAC_LATM, HEARTH_TS_AUDIO_AC3, HEARTH_TS_AUDIO_EAC3,
  HEARTH_TS_AUDIO_AC4, HEARTH_TS_AUDIO_DTS, HEARTH_TS_AUDIO_DRA, HEARTH_TS_AUDIO_S302M, HEARTH_TS_AUDIO_OPUS,
  HEARTH_TS_TEXT_TELETEXT, HEARTH_TS_TEXT_DVB_SUBTITLES,
  HEARTH_TS_CODEC_N
} HearthTsCodec;

gboolean hearth_ts_codec_is_video (HearthTsCodec codec);
gboolean hearth_ts_codec_is_audio (HearthTsCodec codec);
gboolean hearth_ts_codec_is_text (HearthTsCodec codec);
const char *hearth_ts_codec_get_name (HearthTsCodec codec); /* "h264", as people write it */

typedef struct {
  guint16 program_number, pmt_pid;
} HearthTsProgram;

typedef struct {
  guint16 transport_stream_id;
  guint8 version;
  guint8 section_number, last_section_number; /* a long PAT has several sections, each parsed alone */
  guint n_programs;
  HearthTsProgram programs[256];
} HearthTsPat;

typedef struct {
  guint16 pid;
  guint8 stream_type;
  HearthTsCodec codec;
  char language[4];  /* ISO 639-2, "" unknown */
  guint8 audio_type; /* as in the ISO 639 descriptor, of subtitles too: 0 undefined, 2 hearing impaired, 3 visual impaired commentary */
  guint16 composition_page, ancillary_page; /* DVB subtitles */
  guint16 teletext_page; /* the first page of subtitles, as people read it: 0x888; 0: none */
} HearthTsStream;

typedef struct {
  guint16 program_number, pcr_pid;
  guint8 version;
  gboolean scrambled; /* a CA descriptor is there */
  guint n_streams;
  HearthTsStream streams[HEARTH_TS_MAX_STREAMS];
} HearthTsPmt;

/* A whole section with a right CRC. FALSE: not that table, not current, or broken. */
gboolean hearth_ts_pat_parse (HearthTsPat *pat, const guint8 *section, gsize n_bytes);
gboolean hearth_ts_pmt_parse (HearthTsPmt *pmt, const guint8 *section, gsize n_bytes);
/* A PAT of one programme; returns its length. @section holds 1024 bytes. */
gsize hearth_ts_pat_build (guint8 *section, guint16 transport_stream_id, guint8 version, guint16 program_number, guint16 pmt_pid);
/* Cuts a section into packets of @pid; returns how many, at most 23. @packets holds 23 * 188 bytes. @continuity: of the first packet; it is moved on. */
guint hearth_ts_section_packetize (const guint8 *section, gsize n_bytes, guint16 pid, guint8 *continuity, guint8 *packets);

/* ---- elementary streams -------------------------------------------------------- */

typedef enum {
  HEARTH_TS_RAP_NONE = 0,
  HEARTH_TS_RAP_IDR,      /* all that follows can be decoded: H.264 IDR, HEVC IDR or BLA, MPEG-2 I of a closed group; sound, where there is no picture */
  HEARTH_TS_RAP_OPEN,     /* CRA, I of an open group, AVS I: pictures behind it with an earlier PTS cannot be decoded, the others can */
  HEARTH_TS_RAP_RECOVERY, /* H.264 or HEVC recovery point SEI: right after some pictures */
} HearthTsRapKind;

/* What a look at (the start of) an access unit tells. */
typedef struct {
  HearthTsRapKind rap;
  gboolean has_parameters; /* sequence header, SPS+PPS (+VPS) stand before the picture */
  gboolean has_picture;    /* a picture or slice was seen, so the answer is final */
  gboolean reference;      /* the picture is referred to (best knowledge) */
  guint recovery_frames;   /* for RECOVERY; HEVC and VVC: pictures by their order count */
} HearthTsUnitInfo;

/* @unit: an access unit or its first bytes, Annex B / start codes. Never reads past @n_bytes. */
void hearth_ts_unit_scan (HearthTsCodec codec, const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info);

/* ---- PES: 2.4.3.6 -------------------------------------------------------------- */

typedef struct {
  guint8 stream_id;
  gint64 pts33, dts33; /* -1: none */
  guint header_bytes;  /* where the data begin, perhaps beyond the bytes looked at */
  gboolean bounded;    /* PES_packet_length is given: @length of data */
  guint length;
} HearthTsPesHeader;

/* FALSE: none, or the bytes end before its times. */
gboolean hearth_ts_pes_header_parse (HearthTsPesHeader *header, const guint8 *bytes, gsize n_bytes);

/* One PES payload of one PID. */
typedef struct {
  const guint8 *data; /* borrowed until the callback returns */
  gsize n_bytes;
  gint64 pts90k, dts90k;     /* unwrapped; HEARTH_TS_NO_TIME: none. A missing DTS is the PTS (2.4.3.7) */
  guint64 position;          /* of the packet in which it began */
  gboolean damaged;          /* continuity was broken within it, or it ended early */
  gboolean discontinuity;    /* something is missing before it */
  gboolean random_access;    /* the adaptation field said so */
  gboolean continuation;     /* goes on with the data of the one before, which was told too early; has no times */
  gint64 frame90k;           /* of a unit told by hearth_ts_pictures_push(): how long a frame lasts; 0: not known */
} HearthTsPes;

typedef void (*HearthTsPesFunc) (const HearthTsPes *pes, gpointer user_data);

/* Puts the PES packets of one PID together. */
typedef struct {
  GByteArray *data;
  guint max_bytes;    /* beyond, the PES is dropped: 16 MiB for video */
  guint8 continuity;
  gboolean started, continuation, bounded, damaged, random_access;
  gboolean discontinuity, discontinuity_next; /* before the open one, before the one after it */
  gboolean ended_by_guess;   /* the last packet looked like an end */
  gint trust;                /* in such guesses; below 0 they are only watched until they are right again */
  gint64 pts90k, dts90k;
  guint64 position;
  guint header_bytes, length; /* header_bytes 0: not whole yet */
  HearthTsUnwrap unwrap;
} HearthTsPesAssembler;

void hearth_ts_pes_init (HearthTsPesAssembler *self, guint max_bytes);
void hearth_ts_pes_clear (HearthTsPesAssembler *self); /* frees */
void hearth_ts_pes_reset (HearthTsPesAssembler *self); /* after a seek: forgets what is open, keeps memory, keeps the unwrapping */
/* @position: of the packet. A PES is told as soon as it is whole: by its length, by the next start, or, for unbounded ones,
 * by a last packet that is stuffed to its end (multiplexers fill the last packet of a PES): then it waits for nobody. Should
 * data follow all the same, they are told as a second PES without times, and the guess is not trusted for a while. */
void hearth_ts_pes_push (HearthTsPesAssembler *self, const guint8 *packet, guint64 position, HearthTsPesFunc func, gpointer user_data);
void hearth_ts_pes_flush (HearthTsPesAssembler *self, HearthTsPesFunc func, gpointer user_data);

/* ---- pictures out of PES packets ----------------------------------------------------
 * A PES packet may hold several pictures, or begin in the midst of one: 2.4.3.7 only says whose its times are. */

/* What must be remembered of an H.264 stream to read its slices' headers; zeroed at first. */
typedef struct {
  gboolean known, frames_only, separate_planes;
  guint frame_num_bits;
} HearthTsH264Shape;

typedef struct {
  HearthTsCodec codec;
  HearthTsH264Shape shape;
  gboolean straddles;   /* pictures go over the ends of PES packets: each is held until the next begins */
  guint n_aligned;      /* PES in a row that began with a picture all the same */
  GByteArray *held;
  HearthTsPes held_pes; /* in which the held picture began */
  gint64 last_dts90k;   /* of the last unit with times, and how many fields were told since */
  guint n_fields;
  gint64 frame90k, delay90k;
} HearthTsPictures;

void hearth_ts_pictures_init (HearthTsPictures *self);
void hearth_ts_pictures_clear (HearthTsPictures *self); /* frees */
/* Another stream, or another place of it. */
void hearth_ts_pictures_reset (HearthTsPictures *self, HearthTsCodec codec);
/* Tells each frame, or field whose other field is in another PES, as a unit of its own. The first that begins in @pes has its
 * times (2.4.3.7); of the others only random access points have any, interpolated, for pictures are told in the order of
 * decoding: who decodes them has those in between by counting from picture to picture. In the ordinary case, one whole
 * picture a PES, nothing is copied or waits. */
void hearth_ts_pictures_push (HearthTsPictures *self, const HearthTsPes *pes, HearthTsPesFunc func, gpointer user_data);
void hearth_ts_pictures_flush (HearthTsPictures *self, HearthTsPesFunc func, gpointer user_data);

/* ---- the sender's clock ------------------------------------------------------------
 * PCR against arrival: offset and slope, robust to jitter, jumps and wraps. */

typedef struct _HearthTsClock HearthTsClock;

HearthTsClock *hearth_ts_clock_new (void);
void hearth_ts_clock_free (HearthTsClock *self);
void hearth_ts_clock_reset (HearthTsClock *self);
/* Returns TRUE when the time line jumped: back by over 100 ms, beyond 1 s against the expected, or the discontinuity flag with a change.
 * Late arrival is no jump. @arrival_us: any clock that does not jump. */
gboolean hearth_ts_clock_push (HearthTsClock *self, guint64 pcr_27mhz, gint64 arrival_us, gboolean discontinuity);
/* Unwrapped PCR in 90 kHz that the sender's clock shows at @local_us (least delayed packets); NO_TIME before the first.
 * To compare PTS with it, let their HearthTsUnwrap begin with it. */
gint64 hearth_ts_clock_at (HearthTsClock *self, gint64 local_us);
/* The sender's rate against ours in ppm, and how sure: the half width in ppm; huge at first. */
double hearth_ts_clock_get_ppm (HearthTsClock *self, double *uncertainty_ppm);
/* Jitter of arrival, µs, 99th percentile of the last 30 s. */
gint64 hearth_ts_clock_get_jitter_us (HearthTsClock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthTsClock, hearth_ts_clock_free)

/* ---- the analyser: what hearth-stream does to each packet -------------------------- */

typedef struct {
  guint64 packets, null_packets;
  guint64 continuity_errors, transport_errors, scrambled;
  guint64 pat, pmt, pcr_jumps, crc_errors;
} HearthTsHealth;

typedef struct {
  guint64 position;
  gint64 pts90k, dts90k;
  HearthTsRapKind kind;
} HearthTsRap;

typedef struct {
  /* At the first PMT and at each change. @pat: made here, with this one programme, however many the stream's own has. */
  void (*tables) (const guint8 *pat, gsize n_pat, const guint8 *pmt_section, gsize n_pmt, const HearthTsPmt *pmt, gpointer user_data);
  /* Of the first video stream; of the first audio stream, twice a second, where there is no video that can be read. Behind
   * tables, those too that came before the first PMT. Told once the picture has begun, so @position lies behind. */
  void (*rap) (const HearthTsRap *rap, gpointer user_data);
  void (*pcr) (guint64 pcr_27mhz, gboolean discontinuity, guint64 position, gpointer user_data);
} HearthTsAnalyserFuncs;

typedef struct _HearthTsAnalyser HearthTsAnalyser;

/* @program_number: 0 takes the first programme of the PAT with a picture, else the first with sound, else with a PMT. */
HearthTsAnalyser *hearth_ts_analyser_new (guint16 program_number, const HearthTsAnalyserFuncs *funcs, gpointer user_data);
void hearth_ts_analyser_free (HearthTsAnalyser *self);
/* Packets as they go into the ring, the first at @position. The time base of PTS is that of the ring's PTS everywhere: unwrapped. */
void hearth_ts_analyser_push (HearthTsAnalyser *self, const guint8 *packets, gsize n_packets, guint64 position);
void hearth_ts_analyser_gap (HearthTsAnalyser *self); /* known loss: continuity starts anew, counted elsewhere */
const HearthTsHealth *hearth_ts_analyser_get_health (HearthTsAnalyser *self);
const HearthTsPmt *hearth_ts_analyser_get_pmt (HearthTsAnalyser *self); /* (nullable) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthTsAnalyser, hearth_ts_analyser_free)

G_END_DECLS
