/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/encode.h"

#include <hearth/error.h>

#include "headend/picture.h"
#include "headend/sound.h"

/* Loops that are encoded of the sound; the middle one is taken: what overlaps from frame to frame fits at its seams. */
#define SOUND_LOOPS 3

static const char *const x264_arguments[] = { "-c:v", "libx264", "-preset", "superfast", "-profile:v", "high", NULL };
static const char *const x265_arguments[] = { "-c:v", "libx265", "-preset", "ultrafast", NULL };
static const char *const mpeg2_arguments[] = { "-c:v", "mpeg2video", "-flags", "+cgop", "-mpv_flags", "+strict_gop", "-sc_threshold",
                                               "1000000000", NULL };
static const char *const *const codec_arguments[] = {
  [HEADEND_VIDEO_H264] = x264_arguments,
  [HEADEND_VIDEO_HEVC] = x265_arguments,
  [HEADEND_VIDEO_MPEG2] = mpeg2_arguments,
};

static void
add (GPtrArray *arguments, const char *name, char *value)
{
  g_ptr_array_add (arguments, g_strdup (name));
  g_ptr_array_add (arguments, value);
}

static GPtrArray *
new_arguments (void)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func (g_free);
  const char *program = g_getenv ("HEARTH_FFMPEG");

  g_ptr_array_add (arguments, g_strdup (program != NULL && *program != '\0' ? program : "ffmpeg"));
  g_ptr_array_add (arguments, g_strdup ("-hide_banner"));
  g_ptr_array_add (arguments, g_strdup ("-y"));
  add (arguments, "-loglevel", g_strdup ("error"));
  return arguments;
}

/* GOPs closed and of one length, B-frames in one pattern, a VBV of half a second. */
static void
add_codec (GPtrArray *arguments, const HeadendChannel *c)
{
  for (const char *const *word = codec_arguments[c->video]; *word != NULL; word++)
    g_ptr_array_add (arguments, g_strdup (*word));
  add (arguments, "-g", g_strdup_printf ("%u", c->gop_frames));
  add (arguments, "-bf", g_strdup_printf ("%u", c->b_frames));
  if (c->video == HEADEND_VIDEO_H264)
    add (arguments, "-x264-params", g_strdup_printf ("keyint=%u:min-keyint=%u:scenecut=0:open-gop=0:b-adapt=0", c->gop_frames, c->gop_frames));
  if (c->video == HEADEND_VIDEO_HEVC)
    add (arguments, "-x265-params",
         g_strdup_printf ("keyint=%u:min-keyint=%u:scenecut=0:open-gop=0:b-adapt=0:repeat-headers=1:log-level=error", c->gop_frames,
                          c->gop_frames));
  add (arguments, "-b:v", g_strdup_printf ("%uk", c->video_kbps));
  add (arguments, "-maxrate", g_strdup_printf ("%uk", c->video_kbps));
  add (arguments, "-bufsize", g_strdup_printf ("%uk", c->video_kbps / 2));
  add (arguments, "-color_primaries", g_strdup ("bt709"));
  add (arguments, "-color_trc", g_strdup ("bt709"));
  add (arguments, "-colorspace", g_strdup ("bt709"));
}

static GSubprocess *
spawn (GPtrArray *arguments, const char *path, GError **error)
{
  GSubprocess *process;
  GError *local = NULL;

  g_ptr_array_add (arguments, g_strdup (path));
  g_ptr_array_add (arguments, NULL);
  process = g_subprocess_newv ((const char *const *) arguments->pdata, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &local);
  if (process == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                 "running the program %s: %s; install it with its x264 and x265 encoders (Debian: apt-get install ffmpeg)",
                 (const char *) g_ptr_array_index (arguments, 0), local->message);
    g_error_free (local);
  }
  return process;
}

/* ffmpeg's end. Where writing to it failed, its own words tell why, not the broken pipe. */
static gboolean
finish (GSubprocess *process, const char *path, GCancellable *cancellable, GError **error)
{
  g_autofree char *words = NULL;

  if (g_cancellable_is_cancelled (cancellable))
    g_subprocess_force_exit (process);
  if (!g_subprocess_communicate_utf8 (process, NULL, cancellable, NULL, &words, error)) {
    hearth_error_translate (error, "encoding %s", path);
    return FALSE;
  }
  if (g_subprocess_get_successful (process))
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_FAILED, "encoding %s with ffmpeg failed: %s", path,
               words != NULL && *words != '\0' ? g_strchomp (words) : "it was killed");
  return FALSE;
}

gboolean
headend_encode_video (const HeadendChannel *c, const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) arguments = new_arguments ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (HeadendPicture) picture = NULL;
  GOutputStream *input;
  gboolean ok = TRUE;

  add (arguments, "-f", g_strdup ("rawvideo"));
  add (arguments, "-pix_fmt", g_strdup ("yuv420p"));
  add (arguments, "-s", g_strdup_printf ("%ux%u", c->width, c->height));
  add (arguments, "-r", g_strdup_printf ("%u", c->fps));
  add (arguments, "-i", g_strdup ("pipe:0"));
  add_codec (arguments, c);
  add (arguments, "-f", g_strdup ("mpegts"));
  process = spawn (arguments, path, error);
  if (process == NULL)
    return FALSE;
  picture = headend_picture_new (c);
  input = g_subprocess_get_stdin_pipe (process);
  for (guint i = 0; ok && i < headend_channel_get_frames (c); i++)
    ok = g_output_stream_write_all (input, headend_picture_draw (picture, i), headend_picture_get_bytes (picture), NULL, cancellable, NULL);
  return finish (process, path, cancellable, error);
}

gboolean
headend_encode_audio (const HeadendChannel *c, guint track, const char *path, GCancellable *cancellable, GError **error)
{
  const HeadendAudioFormat *format = headend_audio_format_get (c->audio[track]);
  const guint n_samples = HEADEND_LOOP_SAMPLES / 48; /* written at a time */
  g_autofree gint16 *samples = g_new (gint16, 2 * n_samples);
  g_autoptr (GPtrArray) arguments = new_arguments ();
  g_autoptr (GSubprocess) process = NULL;
  gboolean ok = TRUE;

  add (arguments, "-f", g_strdup ("s16le"));
  add (arguments, "-ar", g_strdup_printf ("%d", HEADEND_SAMPLE_RATE));
  add (arguments, "-ac", g_strdup ("2"));
  add (arguments, "-i", g_strdup ("pipe:0"));
  add (arguments, "-c:a", g_strdup (format->name));
  add (arguments, "-b:a", g_strdup (format->bit_rate));
  add (arguments, "-f", g_strdup (format->container));
  process = spawn (arguments, path, error);
  if (process == NULL)
    return FALSE;
  /* Ahead by the codec's delay, so that a frame's first sample is the loop's at the frame's own place. */
  for (guint i = 0; ok && i < 48 * SOUND_LOOPS; i++) {
    headend_sound_fill (c, track, (guint64) i * n_samples + format->delay_samples, n_samples, samples);
    ok = g_output_stream_write_all (g_subprocess_get_stdin_pipe (process), samples, 4 * (gsize) n_samples, NULL, cancellable, NULL);
  }
  return finish (process, path, cancellable, error);
}

gboolean
headend_encode_run (const char *const *words, GError **error)
{
  g_autoptr (GPtrArray) arguments = new_arguments ();
  g_autoptr (GSubprocess) process = NULL;
  guint n = 0;

  while (words[n + 1] != NULL)
    g_ptr_array_add (arguments, g_strdup (words[n++]));
  process = spawn (arguments, words[n], error);
  return process != NULL && finish (process, words[n], NULL, error);
}
