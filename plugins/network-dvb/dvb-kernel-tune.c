/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parameters and figures in the kernel's words: Linux, include/uapi/linux/dvb/frontend.h, DVB API 5. */
#include "dvb-kernel-tune.h"

#include <errno.h>
#include <sys/ioctl.h>


static const guint32 systems[HEARTH_TUNER_N_SYSTEMS] = {
  [HEARTH_TUNER_SYSTEM_UNKNOWN] = SYS_UNDEFINED, [HEARTH_TUNER_DVB_C] = SYS_DVBC_ANNEX_A, [HEARTH_TUNER_DVB_C_B] = SYS_DVBC_ANNEX_B,
  [HEARTH_TUNER_DVB_T] = SYS_DVBT,               [HEARTH_TUNER_DVB_T2] = SYS_DVBT2,       [HEARTH_TUNER_DVB_S] = SYS_DVBS,
  [HEARTH_TUNER_DVB_S2] = SYS_DVBS2,             [HEARTH_TUNER_DTMB] = SYS_DTMB,          [HEARTH_TUNER_ISDB_T] = SYS_ISDBT,
  [HEARTH_TUNER_ATSC] = SYS_ATSC,
};

static const guint32 modulations[HEARTH_TUNER_N_MODULATIONS] = {
  [HEARTH_TUNER_MODULATION_AUTO] = QAM_AUTO, [HEARTH_TUNER_QPSK] = QPSK,       [HEARTH_TUNER_PSK8] = PSK_8,
  [HEARTH_TUNER_APSK16] = APSK_16,           [HEARTH_TUNER_APSK32] = APSK_32,  [HEARTH_TUNER_QAM4NR] = QAM_4_NR,
  [HEARTH_TUNER_QAM16] = QAM_16,             [HEARTH_TUNER_QAM32] = QAM_32,    [HEARTH_TUNER_QAM64] = QAM_64,
  [HEARTH_TUNER_QAM128] = QAM_128,           [HEARTH_TUNER_QAM256] = QAM_256,  [HEARTH_TUNER_VSB8] = VSB_8,
  [HEARTH_TUNER_DQPSK] = DQPSK,
};

typedef struct {
  guint16 over, under;
  guint32 value;
} Ratio;

static const Ratio code_rates[] = {
  { 1, 2, FEC_1_2 }, { 2, 3, FEC_2_3 }, { 3, 4, FEC_3_4 }, { 4, 5, FEC_4_5 }, { 5, 6, FEC_5_6 },  { 6, 7, FEC_6_7 },
  { 7, 8, FEC_7_8 }, { 8, 9, FEC_8_9 }, { 3, 5, FEC_3_5 }, { 2, 5, FEC_2_5 }, { 9, 10, FEC_9_10 },
};

static const Ratio guards[] = {
  { 1, 4, GUARD_INTERVAL_1_4 },   { 1, 8, GUARD_INTERVAL_1_8 },       { 1, 16, GUARD_INTERVAL_1_16 },    { 1, 32, GUARD_INTERVAL_1_32 },
  { 1, 128, GUARD_INTERVAL_1_128 }, { 19, 128, GUARD_INTERVAL_19_128 }, { 19, 256, GUARD_INTERVAL_19_256 },
};

static const Ratio dtmb_guards[] = { { 1, 9, GUARD_INTERVAL_PN420 }, { 1, 6, GUARD_INTERVAL_PN595 }, { 1, 4, GUARD_INTERVAL_PN945 } };

static const Ratio carriers[] = { { 2048, 1, TRANSMISSION_MODE_2K },   { 4096, 1, TRANSMISSION_MODE_4K },   { 8192, 1, TRANSMISSION_MODE_8K },
                                  { 16384, 1, TRANSMISSION_MODE_16K }, { 32768, 1, TRANSMISSION_MODE_32K }, { 1024, 1, TRANSMISSION_MODE_1K },
                                  { 1, 1, TRANSMISSION_MODE_C1 },      { 3780, 1, TRANSMISSION_MODE_C3780 } };

static guint32
find (const Ratio *ratios, guint n, guint over, guint under, guint32 otherwise)
{
  for (guint i = 0; i < n; i++)
    if (ratios[i].over == over && ratios[i].under == under)
      return ratios[i].value;
  return otherwise;
}

HearthTunerSystem
dvb_kernel_get_system (guint32 delivery_system)
{
  for (guint i = 1; i < HEARTH_TUNER_N_SYSTEMS; i++)
    if (systems[i] == delivery_system)
      return (HearthTunerSystem) i;
  return HEARTH_TUNER_SYSTEM_UNKNOWN;
}

/* ---- tuning ------------------------------------------------------------------------------ */

typedef struct {
  struct dtv_property *properties;
  guint n;
} Builder;

static void
add (Builder *builder, guint32 command, guint32 value)
{
  builder->properties[builder->n++] = (struct dtv_property) { .cmd = command, .u.data = value };
}

static void
add_satellite (Builder *builder, const HearthTunerParams *params)
{
  static const Ratio roll_offs[] = { { 200, 1, ROLLOFF_20 }, { 250, 1, ROLLOFF_25 }, { 350, 1, ROLLOFF_35 } };

  add (builder, DTV_SYMBOL_RATE, params->symbol_rate);
  if (params->system != HEARTH_TUNER_DVB_S2)
    return;
  add (builder, DTV_ROLLOFF, find (roll_offs, G_N_ELEMENTS (roll_offs), params->roll_off_permille, 1, ROLLOFF_AUTO));
  add (builder, DTV_PILOT, params->pilots > 0 ? PILOT_ON : params->pilots < 0 ? PILOT_OFF : PILOT_AUTO);
  add (builder, DTV_STREAM_ID, params->stream_id >= 0 ? (guint32) params->stream_id : NO_STREAM_ID_FILTER);
}

static void
add_terrestrial (Builder *builder, const HearthTunerParams *params)
{
  const gboolean dtmb = params->system == HEARTH_TUNER_DTMB;

  add (builder, DTV_BANDWIDTH_HZ, params->bandwidth_hz);
  add (builder, DTV_GUARD_INTERVAL,
       find (dtmb ? dtmb_guards : guards, dtmb ? G_N_ELEMENTS (dtmb_guards) : G_N_ELEMENTS (guards), params->guard.over, params->guard.under,
             GUARD_INTERVAL_AUTO));
  add (builder, DTV_TRANSMISSION_MODE, find (carriers, G_N_ELEMENTS (carriers), params->carriers, 1, TRANSMISSION_MODE_AUTO));
  if (params->system == HEARTH_TUNER_DVB_T) {
    add (builder, DTV_CODE_RATE_HP, find (code_rates, G_N_ELEMENTS (code_rates), params->code_rate.over, params->code_rate.under, FEC_AUTO));
    add (builder, DTV_CODE_RATE_LP, FEC_AUTO);
    add (builder, DTV_HIERARCHY, HIERARCHY_AUTO);
  }
  if (params->system == HEARTH_TUNER_DVB_T2)
    add (builder, DTV_STREAM_ID, params->stream_id >= 0 ? (guint32) params->stream_id : NO_STREAM_ID_FILTER);
  if (params->system == HEARTH_TUNER_ISDB_T)
    add (builder, DTV_ISDBT_LAYER_ENABLED, params->isdbt_layers != 0 ? params->isdbt_layers : 7);
  if (dtmb)
    add (builder, DTV_INTERLEAVING,
         params->interleaving == 240 ? INTERLEAVING_240 : params->interleaving == 720 ? INTERLEAVING_720 : INTERLEAVING_AUTO);
}

guint
dvb_kernel_make_properties (const HearthTunerParams *params, guint32 if_khz, struct dtv_property *properties)
{
  const gboolean satellite = params->system == HEARTH_TUNER_DVB_S || params->system == HEARTH_TUNER_DVB_S2;
  const gboolean cable = params->system == HEARTH_TUNER_DVB_C || params->system == HEARTH_TUNER_DVB_C_B;
  Builder builder = { properties, 0 };
  guint32 modulation = (guint) params->modulation < HEARTH_TUNER_N_MODULATIONS ? modulations[params->modulation] : QAM_AUTO;

  if (satellite && params->modulation == HEARTH_TUNER_MODULATION_AUTO)
    modulation = QPSK; /* what drivers take for "find out" where QAM_AUTO means nothing to them */
  add (&builder, DTV_CLEAR, 0);
  add (&builder, DTV_DELIVERY_SYSTEM, systems[params->system]);
  add (&builder, DTV_FREQUENCY, satellite ? if_khz : params->frequency_khz * 1000); /* kHz there, Hz elsewhere */
  add (&builder, DTV_MODULATION, modulation);
  add (&builder, DTV_INVERSION, INVERSION_AUTO);
  if (satellite || cable)
    add (&builder, DTV_INNER_FEC, find (code_rates, G_N_ELEMENTS (code_rates), params->code_rate.over, params->code_rate.under, FEC_AUTO));
  if (satellite)
    add_satellite (&builder, params);
  else if (cable)
    add (&builder, DTV_SYMBOL_RATE, params->symbol_rate);
  else if (params->system != HEARTH_TUNER_ATSC)
    add_terrestrial (&builder, params);
  add (&builder, DTV_TUNE, 0);
  return builder.n;
}

/* ---- the cable to the dish --------------------------------------------------------------------- */

static gboolean
control (int fd, gulong request, gpointer argument, const char *what, GError **error)
{
  if (ioctl (fd, request, argument) == 0)
    return TRUE;
  hearth_error_set_errno (error, errno, "%s", what);
  return FALSE;
}

static gboolean
send_commands (int fd, const DvbLnbSetting *setting, GError **error)
{
  for (guint i = 0; i < setting->n_commands; i++) {
    struct dvb_diseqc_master_cmd command = { .msg_len = 4 };

    for (guint b = 0; b < 4; b++)
      command.msg[b] = setting->commands[i][b];
    g_usleep (15000);
    if (!control (fd, FE_DISEQC_SEND_MASTER_CMD, &command, "sending a DiSEqC command", error))
      return FALSE;
  }
  g_usleep (15000);
  if (setting->burst < 0)
    return TRUE;
  if (!control (fd, FE_DISEQC_SEND_BURST, GINT_TO_POINTER (setting->burst == 0 ? SEC_MINI_A : SEC_MINI_B), "sending a tone burst", error))
    return FALSE;
  g_usleep (15000);
  return TRUE;
}

gboolean
dvb_kernel_set_lnb (int fd, const DvbLnbSetting *setting, GError **error)
{
  return control (fd, FE_SET_TONE, GINT_TO_POINTER (SEC_TONE_OFF), "switching the LNB's tone off", error) &&
         control (fd, FE_SET_VOLTAGE, GINT_TO_POINTER (setting->high_voltage ? SEC_VOLTAGE_18 : SEC_VOLTAGE_13), "feeding the LNB", error) &&
         send_commands (fd, setting, error) &&
         control (fd, FE_SET_TONE, GINT_TO_POINTER (setting->tone ? SEC_TONE_ON : SEC_TONE_OFF), "setting the LNB's tone", error);
}

/* ---- figures ---------------------------------------------------------------------------------------- */

enum { SIGNAL, CNR, POST_ERRORS, POST_BITS, BLOCKS, N_FIGURES };

static const struct dtv_stats *
first_layer (const struct dtv_property *property)
{
  return property->u.st.len > 0 ? &property->u.st.stat[0] : NULL;
}

static void
take_decibel (const struct dtv_property *property, HearthTunerStatus *status, gint32 *mdb, guint32 knows_mdb, guint32 *permille, guint32 knows_permille)
{
  const struct dtv_stats *stats = first_layer (property);

  if (stats == NULL)
    return;
  if (stats->scale == FE_SCALE_DECIBEL) {
    *mdb = (gint32) stats->svalue;
    status->known |= knows_mdb;
  } else if (stats->scale == FE_SCALE_RELATIVE) {
    *permille = (guint32) (stats->uvalue * 1000 / 65535);
    status->known |= knows_permille;
  }
}

/* Drivers of before DVBv5's statistics. */
static void
read_old (int fd, HearthTunerStatus *status)
{
  guint16 value;

  if ((status->known & (HEARTH_TUNER_KNOWS_SIGNAL_MDBM | HEARTH_TUNER_KNOWS_SIGNAL_PERMILLE)) == 0 &&
      ioctl (fd, FE_READ_SIGNAL_STRENGTH, &value) == 0) {
    status->signal_permille = value * 1000u / 65535;
    status->known |= HEARTH_TUNER_KNOWS_SIGNAL_PERMILLE;
  }
  if ((status->known & (HEARTH_TUNER_KNOWS_SNR_MDB | HEARTH_TUNER_KNOWS_SNR_PERMILLE)) == 0 && ioctl (fd, FE_READ_SNR, &value) == 0) {
    status->snr_permille = value * 1000u / 65535;
    status->known |= HEARTH_TUNER_KNOWS_SNR_PERMILLE;
  }
}

static void
take_counters (const struct dtv_property *figures, HearthTunerStatus *status)
{
  const struct dtv_stats *errors = first_layer (&figures[POST_ERRORS]), *bits = first_layer (&figures[POST_BITS]);
  const struct dtv_stats *blocks = first_layer (&figures[BLOCKS]);

  if (errors != NULL && bits != NULL && errors->scale == FE_SCALE_COUNTER && bits->scale == FE_SCALE_COUNTER && bits->uvalue > 0) {
    status->ber = (double) errors->uvalue / (double) bits->uvalue;
    status->known |= HEARTH_TUNER_KNOWS_BER;
  }
  if (blocks != NULL && blocks->scale == FE_SCALE_COUNTER) {
    status->wrong_blocks = blocks->uvalue;
    status->known |= HEARTH_TUNER_KNOWS_BLOCKS;
  }
}

void
dvb_kernel_read_status (int fd, HearthTunerStatus *status)
{
  struct dtv_property figures[N_FIGURES] = {
    [SIGNAL] = { .cmd = DTV_STAT_SIGNAL_STRENGTH }, [CNR] = { .cmd = DTV_STAT_CNR }, [POST_ERRORS] = { .cmd = DTV_STAT_POST_ERROR_BIT_COUNT },
    [POST_BITS] = { .cmd = DTV_STAT_POST_TOTAL_BIT_COUNT }, [BLOCKS] = { .cmd = DTV_STAT_ERROR_BLOCK_COUNT },
  };
  struct dtv_properties properties = { .num = N_FIGURES, .props = figures };
  fe_status_t lock = FE_NONE;

  status->locked = ioctl (fd, FE_READ_STATUS, &lock) == 0 && (lock & FE_HAS_LOCK) != 0;
  if (ioctl (fd, FE_GET_PROPERTY, &properties) == 0) {
    take_decibel (&figures[SIGNAL], status, &status->signal_mdbm, HEARTH_TUNER_KNOWS_SIGNAL_MDBM, &status->signal_permille,
                  HEARTH_TUNER_KNOWS_SIGNAL_PERMILLE);
    take_decibel (&figures[CNR], status, &status->snr_mdb, HEARTH_TUNER_KNOWS_SNR_MDB, &status->snr_permille, HEARTH_TUNER_KNOWS_SNR_PERMILLE);
    take_counters (figures, status);
  }
  read_old (fd, status);
}
