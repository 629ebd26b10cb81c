/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures out of PES packets: borders of each codec, fields, times. (Real streams: tests/unit/play/test-decoder.c.) */
#include "config.h"

#include "ts/hearth-ts.h"

#include <string.h>

#define FRAME90K 3600

/* MPEG-2: sequence and group header; picture header with its coding extension; slice. */
#define SEQUENCE "\0\0\1\xb3\x2d\x02\x40\x33"
#define GROUP "\0\0\1\xb8\0\x08\0\x40"
#define PICTURE(reference, type, structure) "\0\0\1\0" reference type "\xff\xf8\0\0\1\xb5\x8f\xff" structure "\x41\x80\0\0\1\x01\x22\x33\0\0\1\x02\x44"
#define I_FRAME PICTURE ("\0", "\x0f", "\xf3")
#define P_FRAME PICTURE ("\0", "\x57", "\xf3")
#define TOP_FIELD PICTURE ("\1", "\x0f", "\xf1")
#define BOTTOM_FIELD PICTURE ("\1", "\x17", "\xf2")
#define NEXT_TOP_FIELD PICTURE ("\2", "\x17", "\xf1")

typedef struct {
  HearthTsPictures pictures;
  GArray *told;      /* HearthTsPes, its data copied */
  GByteArray *bytes; /* of all */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  hearth_ts_pictures_init (&f->pictures);
  hearth_ts_pictures_reset (&f->pictures, GPOINTER_TO_INT (data));
  f->told = g_array_new (FALSE, FALSE, sizeof (HearthTsPes));
  f->bytes = g_byte_array_new ();
}

static void
tear_down (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  hearth_ts_pictures_clear (&f->pictures);
  g_array_unref (f->told);
  g_byte_array_unref (f->bytes);
}

static void
on_unit (const HearthTsPes *unit, gpointer user_data)
{
  Fixture *f = user_data;

  g_array_append_vals (f->told, unit, 1);
  g_byte_array_append (f->bytes, unit->data, unit->n_bytes);
}

static void
push_bytes (Fixture *f, const char *bytes, gsize n_bytes, gint64 pts90k, gint64 dts90k)
{
  const HearthTsPes pes = { .data = (const guint8 *) bytes, .n_bytes = n_bytes, .pts90k = pts90k, .dts90k = dts90k };

  hearth_ts_pictures_push (&f->pictures, &pes, on_unit, f);
}

#define PUSH(f, literal, pts, dts) push_bytes (f, literal, sizeof literal - 1, pts, dts)

static void
assert_told (Fixture *f, guint i, gsize n_bytes, gint64 pts90k)
{
  g_assert_cmpuint (i, <, f->told->len);
  g_assert_cmpuint (g_array_index (f->told, HearthTsPes, i).n_bytes, ==, n_bytes);
  g_assert_cmpint (g_array_index (f->told, HearthTsPes, i).pts90k, ==, pts90k);
}

#define SIZE(literal) (sizeof literal - 1)

static void
test_frames (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  PUSH (f, SEQUENCE GROUP I_FRAME P_FRAME P_FRAME, 10000, 10000);
  g_assert_cmpuint (f->told->len, ==, 3);
  assert_told (f, 0, SIZE (SEQUENCE GROUP I_FRAME), 10000);
  assert_told (f, 1, SIZE (P_FRAME), HEARTH_TS_NO_TIME);
  assert_told (f, 2, SIZE (P_FRAME), HEARTH_TS_NO_TIME);
  PUSH (f, P_FRAME, 10000 + 3 * FRAME90K, 10000 + 3 * FRAME90K);
  assert_told (f, 3, SIZE (P_FRAME), 10000 + 3 * FRAME90K);
  g_assert_cmpint (g_array_index (f->told, HearthTsPes, 3).frame90k, ==, FRAME90K);
  g_assert_cmpmem (f->bytes->data, f->bytes->len, SEQUENCE GROUP I_FRAME P_FRAME P_FRAME P_FRAME, SIZE (SEQUENCE GROUP I_FRAME P_FRAME P_FRAME P_FRAME));
}

/* Nobody can begin at a picture whose time is unknown: random access points have one, with the others' delay. */
static void
test_key_inside (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  PUSH (f, P_FRAME P_FRAME, 10000 + 2 * FRAME90K, 10000);
  PUSH (f, P_FRAME SEQUENCE GROUP I_FRAME P_FRAME, 10000 + 4 * FRAME90K, 10000 + 2 * FRAME90K);
  g_assert_cmpuint (f->told->len, ==, 5);
  assert_told (f, 2, SIZE (P_FRAME), 10000 + 4 * FRAME90K);
  assert_told (f, 3, SIZE (SEQUENCE GROUP I_FRAME), 10000 + 5 * FRAME90K);
  g_assert_cmpint (g_array_index (f->told, HearthTsPes, 3).dts90k, ==, 10000 + 3 * FRAME90K);
  assert_told (f, 4, SIZE (P_FRAME), HEARTH_TS_NO_TIME);
}

static void
test_key_without_times (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  PUSH (f, P_FRAME, 10000, 10000);
  PUSH (f, P_FRAME, 10000 + FRAME90K, 10000 + FRAME90K);
  PUSH (f, SEQUENCE I_FRAME, HEARTH_TS_NO_TIME, HEARTH_TS_NO_TIME);
  assert_told (f, 2, SIZE (SEQUENCE I_FRAME), 10000 + 2 * FRAME90K);
}

static void
test_fields (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  PUSH (f, SEQUENCE TOP_FIELD BOTTOM_FIELD NEXT_TOP_FIELD, 10000, 10000);
  g_assert_cmpuint (f->told->len, ==, 2);
  assert_told (f, 0, SIZE (SEQUENCE TOP_FIELD BOTTOM_FIELD), 10000);
  assert_told (f, 1, SIZE (NEXT_TOP_FIELD), HEARTH_TS_NO_TIME);
  PUSH (f, I_FRAME, 10000 + FRAME90K * 3 / 2, 10000 + FRAME90K * 3 / 2);
  g_assert_cmpint (g_array_index (f->told, HearthTsPes, 2).frame90k, ==, FRAME90K);
}

/* A field each PES: none waits for the other. */
static void
test_lone_fields (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  PUSH (f, SEQUENCE TOP_FIELD, 10000, 10000);
  assert_told (f, 0, SIZE (SEQUENCE TOP_FIELD), 10000);
  PUSH (f, BOTTOM_FIELD, 10000 + FRAME90K / 2, 10000 + FRAME90K / 2);
  assert_told (f, 1, SIZE (BOTTOM_FIELD), 10000 + FRAME90K / 2);
  g_assert_cmpint (g_array_index (f->told, HearthTsPes, 1).frame90k, ==, FRAME90K);
}

/* The times of a PES are those of the first picture that begins in it. */
static void
test_over_borders (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  const char stream[] = SEQUENCE I_FRAME P_FRAME P_FRAME P_FRAME;
  const gsize first = SIZE (SEQUENCE I_FRAME), cut1 = first - 5, cut2 = first + SIZE (P_FRAME) + 9;

  push_bytes (f, stream, cut1, 10000, 10000);
  push_bytes (f, stream + cut1, cut2 - cut1, 10000 + FRAME90K, 10000 + FRAME90K);
  g_assert_true (f->pictures.straddles);
  push_bytes (f, stream + cut2, SIZE (stream) - cut2, 10000 + 3 * FRAME90K, 10000 + 3 * FRAME90K);
  hearth_ts_pictures_flush (&f->pictures, on_unit, f);
  g_assert_cmpuint (f->told->len, ==, 5); /* the first in two pieces: until then it was not known */
  assert_told (f, 0, cut1, 10000);
  assert_told (f, 1, first - cut1, HEARTH_TS_NO_TIME);
  assert_told (f, 2, SIZE (P_FRAME), 10000 + FRAME90K);
  assert_told (f, 3, SIZE (P_FRAME), HEARTH_TS_NO_TIME);
  assert_told (f, 4, SIZE (P_FRAME), 10000 + 3 * FRAME90K);
  g_assert_cmpmem (f->bytes->data, f->bytes->len, stream, SIZE (stream));
}

/* A stream that does so no more is no longer waited for. */
static void
test_aligned_again (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  PUSH (f, "\0\0\1\x02\x44\0\0\1\x03\x44", 0, 0);
  g_assert_true (f->pictures.straddles);
  for (guint i = 1; i <= 260; i++)
    PUSH (f, P_FRAME, 10000 + i * FRAME90K, 10000 + i * FRAME90K);
  g_assert_false (f->pictures.straddles);
  g_assert_cmpuint (f->told->len, ==, 261);
  assert_told (f, 260, SIZE (P_FRAME), 10000 + 260 * FRAME90K);
}

static void
test_hevc (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  static const char aud[] = "\0\0\0\1\x46\1\x50", first[] = "\0\0\1\2\1\xd0\x11", other[] = "\0\0\1\2\1\x50\x22";
  g_autoptr (GByteArray) pes = g_byte_array_new ();

  for (guint i = 0; i < 2; i++) {
    g_byte_array_append (pes, (const guint8 *) aud, SIZE (aud));
    g_byte_array_append (pes, (const guint8 *) first, SIZE (first));
    g_byte_array_append (pes, (const guint8 *) other, SIZE (other)); /* a second slice of it */
  }
  push_bytes (f, (const char *) pes->data, pes->len, 10000, 10000);
  g_assert_cmpuint (f->told->len, ==, 2);
  g_assert_cmpmem (f->bytes->data, f->bytes->len, pes->data, pes->len);
}

static void
test_avs (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  PUSH (f, "\0\0\1\xb0\x22\x40\0\0\1\xb3\xff\0\0\1\0\x11\0\0\1\xb6\xff\0\0\1\0\x11\0\0\1\1\x11", 10000, 10000);
  g_assert_cmpuint (f->told->len, ==, 2);
  assert_told (f, 0, 16, 10000);
}

/* What is no picture's passes as it is. */
static void
test_sound (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  PUSH (f, "\xff\xfd\x84\0\0\0\1\0", 10000, 10000);
  g_assert_cmpuint (f->told->len, ==, 1);
  assert_told (f, 0, 8, 10000);
}

int
main (int argc, char **argv)
{
  gpointer mpeg2 = GINT_TO_POINTER (HEARTH_TS_VIDEO_MPEG2);

  g_test_init (&argc, &argv, NULL);
  g_test_add ("/ts/pictures/frames", Fixture, mpeg2, set_up, test_frames, tear_down);
  g_test_add ("/ts/pictures/key-inside", Fixture, mpeg2, set_up, test_key_inside, tear_down);
  g_test_add ("/ts/pictures/key-without-times", Fixture, mpeg2, set_up, test_key_without_times, tear_down);
  g_test_add ("/ts/pictures/fields", Fixture, mpeg2, set_up, test_fields, tear_down);
  g_test_add ("/ts/pictures/lone-fields", Fixture, mpeg2, set_up, test_lone_fields, tear_down);
  g_test_add ("/ts/pictures/over-borders", Fixture, mpeg2, set_up, test_over_borders, tear_down);
  g_test_add ("/ts/pictures/aligned-again", Fixture, mpeg2, set_up, test_aligned_again, tear_down);
  g_test_add ("/ts/pictures/hevc", Fixture, GINT_TO_POINTER (HEARTH_TS_VIDEO_HEVC), set_up, test_hevc, tear_down);
  g_test_add ("/ts/pictures/avs", Fixture, GINT_TO_POINTER (HEARTH_TS_VIDEO_AVS2), set_up, test_avs, tear_down);
  g_test_add ("/ts/pictures/sound", Fixture, GINT_TO_POINTER (HEARTH_TS_AUDIO_MPEG), set_up, test_sound, tear_down);
  return g_test_run ();
}
