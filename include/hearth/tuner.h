/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

G_BEGIN_DECLS

/**
 * SECTION:tuner
 *
 * Broadcast networks differ only in how a tuner is reached: a card of this box
 * (network-dvb), a server in the house (network-satip). Such a plug-in brings
 * tuners, and nothing else: which tuner gets which multiplex, the services in
 * it, scanning, guide and clock are the host's. Its #HearthNetworkOps has
 * @tuners set; then @refresh, @open, @close and @inspect are not called and may
 * be %NULL.
 *
 * The way of a tuner: list() -> open() -> tune() and set_pids(), in any order
 * and as often as wanted -> close(). A tuner that is closed draws no more
 * power than it must.
 *
 * Threads: all ops run on the host's main thread and must not block it for
 * longer than 10 ms (close(): 100 ms, for it joins a thread); the plug-in waits
 * on threads of its own. The sink may be fed from any thread, from one at a
 * time.
 *
 * Standards: delivery systems EN 300 429 (cable), EN 300 744 and EN 302 755
 * (terrestrial), EN 300 421 and EN 302 307 (satellite), GB 20600 (DTMB), ARIB
 * STD-B31 (ISDB-T); what a network says of its multiplexes EN 300 468, 6.2.13.
 */

typedef enum {
  HEARTH_TUNER_SYSTEM_UNKNOWN = 0,
  HEARTH_TUNER_DVB_C,   /* ITU-T J.83 annex A; annex C is the same with a narrower filter */
  HEARTH_TUNER_DVB_C_B, /* ITU-T J.83 annex B, North American cable */
  HEARTH_TUNER_DVB_T,
  HEARTH_TUNER_DVB_T2,
  HEARTH_TUNER_DVB_S,
  HEARTH_TUNER_DVB_S2,
  HEARTH_TUNER_DTMB,
  HEARTH_TUNER_ISDB_T,
  HEARTH_TUNER_ATSC,
  HEARTH_TUNER_N_SYSTEMS
} HearthTunerSystem;

typedef enum {
  HEARTH_TUNER_MODULATION_AUTO = 0,
  HEARTH_TUNER_QPSK,
  HEARTH_TUNER_PSK8,
  HEARTH_TUNER_APSK16,
  HEARTH_TUNER_APSK32,
  HEARTH_TUNER_QAM4NR, /* DTMB */
  HEARTH_TUNER_QAM16,
  HEARTH_TUNER_QAM32,
  HEARTH_TUNER_QAM64,
  HEARTH_TUNER_QAM128,
  HEARTH_TUNER_QAM256,
  HEARTH_TUNER_VSB8,
  HEARTH_TUNER_DQPSK, /* ISDB-T */
  HEARTH_TUNER_N_MODULATIONS
} HearthTunerModulation;

typedef enum {
  HEARTH_TUNER_POLARIZATION_NONE = 0,
  HEARTH_TUNER_HORIZONTAL,
  HEARTH_TUNER_VERTICAL,
  HEARTH_TUNER_LEFT,
  HEARTH_TUNER_RIGHT,
} HearthTunerPolarization;

/* A fraction as people write it: code rate 2/3, guard interval 1/32; 0/0: automatic. */
typedef struct {
  guint16 over, under;
} HearthTunerRatio;

#define HEARTH_TUNER_NO_STREAM (-1)

/* Where and how one multiplex is sent. 0 means "automatic" or "does not apply" everywhere but in @stream_id; a tuner that
 * cannot find a value by itself answers tune() with INVALID_ARGUMENT and names it. */
typedef struct {
  guint32 struct_size; /* sizeof (HearthTunerParams) */
  HearthTunerSystem system;
  guint32 frequency_khz; /* centre; of a satellite's transponder itself, not behind the LNB */
  guint32 symbol_rate;   /* a second: cable and satellite */
  guint32 bandwidth_hz;  /* terrestrial: 8000000 ... */
  HearthTunerModulation modulation;
  HearthTunerRatio code_rate; /* inner; the high-priority one of DVB-T; DTMB: 2/5, 3/5, 4/5 */
  HearthTunerRatio guard;     /* DVB-T 1/32 to 1/4, T2 19/128, 19/256, 1/128 too; DTMB: 1/4 for PN945, 1/6 for PN595, 1/9 for PN420 */
  guint32 carriers;           /* of the FFT: 2048 to 32768; DTMB: 3780 or 1 */
  gint32 stream_id;           /* T2: PLP; S2: input stream; HEARTH_TUNER_NO_STREAM: the only one */
  HearthTunerPolarization polarization;
  guint32 satellite;          /* which of the dishes or LNBs that the plug-in's settings know, 0 for the first */
  guint32 roll_off_permille;  /* satellite: 200, 250, 350 */
  gint32 pilots;              /* S2: 0 automatic, 1 on, -1 off */
  guint32 isdbt_layers;       /* bits 0 to 2: A, B, C; 0: all */
  guint32 interleaving;       /* DTMB: 240 or 720 symbols */
} HearthTunerParams;

#define HEARTH_TUNER_PARAMS_INIT { .struct_size = sizeof (HearthTunerParams), .stream_id = HEARTH_TUNER_NO_STREAM }

#define HEARTH_TUNER_MANY_PIDS G_MAXUINT32

/* A tuner as the plug-in lists it. Strings are UTF-8 and copied by the host. */
typedef struct {
  guint32 struct_size;      /* sizeof (HearthTunerInfo) */
  const char *id;           /* the same after a restart and after it was pulled out and put in: "0.0", a server's UUID and number */
  const char *name;         /* for people: "Sony CXD2837ER" */
  guint32 systems;          /* bit 1 << HearthTunerSystem for each it can receive, one at a time */
  guint32 min_khz, max_khz; /* 0: not known */
  guint32 min_symbol_rate, max_symbol_rate;
  guint32 max_pids;         /* how many PIDs it can filter; 0: it always gives the whole multiplex */
  gboolean whole;           /* it can give the whole multiplex */
  gboolean simulated;
} HearthTunerInfo;

/* What of HearthTunerStatus is known. */
typedef enum {
  HEARTH_TUNER_KNOWS_SIGNAL_MDBM = 1 << 0,
  HEARTH_TUNER_KNOWS_SIGNAL_PERMILLE = 1 << 1,
  HEARTH_TUNER_KNOWS_SNR_MDB = 1 << 2,
  HEARTH_TUNER_KNOWS_SNR_PERMILLE = 1 << 3,
  HEARTH_TUNER_KNOWS_BER = 1 << 4,
  HEARTH_TUNER_KNOWS_BLOCKS = 1 << 5,
} HearthTunerKnows;

typedef struct {
  guint32 struct_size; /* set by the host; the plug-in writes no further */
  gboolean locked;
  guint32 known;           /* HearthTunerKnows; the others are 0 */
  gint32 signal_mdbm;      /* level at the input, 1/1000 dBm: -45000 */
  guint32 signal_permille; /* relative, by the driver's own scale */
  gint32 snr_mdb;          /* carrier to noise (or MER), 1/1000 dB */
  guint32 snr_permille;
  double ber;              /* after the inner code, of the last seconds */
  guint64 wrong_blocks;    /* uncorrectable, since tune() */
} HearthTunerStatus;

#define HEARTH_TUNER_ALL_PIDS 0x2000 /* as the only entry of set_pids(): the whole multiplex */

struct _HearthTunerOps {
  guint32 struct_size; /* sizeof (HearthTunerOps) */

  /* Tells each tuner there is now, in any order, by calling @tell before it returns. Mandatory.
   * When that changes the plug-in calls HearthNetworkHostOps.tuners_changed(). */
  void (*list) (gpointer self, void (*tell) (const HearthTunerInfo *info, gpointer user_data), gpointer user_data);

  /* Takes tuner @id for this process; nobody else can have it until close(). @sink gets the multiplex, as for a network's
   * stream, and the states below. Returns the plug-in's handle, %NULL with @error. Mandatory.
   * Errors: NOT_FOUND, BUSY when another program has it, PERMISSION_DENIED, IO. */
  gpointer (*open) (gpointer self, const char *id, HearthStreamSink *sink, GError **error);

  /* Leaves where it is and goes to @params (copied), or returns with the error. What happens then goes to @sink:
   *   CONNECTING            at once; bytes of the old multiplex come no more, gap() was called
   *   JOINED                locked
   *   RECONNECTING, NO_SIGNAL  no lock after the time that this system needs, or lock was lost; it keeps trying
   *   FAILED, DISCONNECTED  the tuner is gone; close() it
   * The parameters that it has already: nothing changes, JOINED is told again if it is locked.
   * Errors: INVALID_ARGUMENT, NOT_SUPPORTED for a system or frequency that it cannot receive, IO. Mandatory. */
  gboolean (*tune) (gpointer self, gpointer tuner, const HearthTunerParams *params, GError **error);

  /* Which PIDs are wanted from now on; before the first call: none. More may come than asked for, not fewer. Kept over tune().
   * Errors: LIMIT for more than it can (then the old ones stay). Mandatory. */
  gboolean (*set_pids) (gpointer self, gpointer tuner, const guint16 *pids, guint n_pids, GError **error);

  /* The last known; asks no hardware. Mandatory. */
  void (*get_status) (gpointer self, gpointer tuner, HearthTunerStatus *status);

  /* When it returns @sink is no longer touched. Mandatory. */
  void (*close) (gpointer self, gpointer tuner);

  /* Somebody waits for another picture of the multiplex that is tuned already: for the next two seconds packets are worth more
   * when they come at once than in batches. After tune() that goes without saying. Optional. */
  void (*hurry) (gpointer self, gpointer tuner);
};

G_END_DECLS
