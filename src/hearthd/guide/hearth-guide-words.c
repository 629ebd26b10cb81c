/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/guide/hearth-guide-words.h"

#include <hearth/error.h>
#include <string.h>

#define LONGEST_WORD_BYTES 96

/* ---- letters ----------------------------------------------------------------------------- */

/* Unicode's blocks of writing without spaces between words: kana, ideographs, syllables of Hangul. */
static gboolean
is_wide_writing (gunichar c)
{
  return (c >= 0x3040 && c <= 0x30ff) || (c >= 0x31f0 && c <= 0x31ff) || (c >= 0x3400 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7af) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff) || c == 0x3005 || c == 0x3007;
}

/* Small, narrow, without accents. */
static gunichar
fold (gunichar c)
{
  gunichar bare[4];

  if (c < 0x80)
    return (gunichar) g_ascii_tolower ((char) c);
  if (c >= 0xff01 && c <= 0xff5e) /* full width */
    c -= 0xfee0;
  if (c >= 0xc0 && c < 0x2000 && g_unichar_fully_decompose (c, FALSE, bare, G_N_ELEMENTS (bare)) > 1)
    c = bare[0];
  return g_unichar_tolower (c);
}

static gboolean
is_mark (gunichar c)
{
  return c >= 0x300 && c <= 0x36f;
}

/* ---- words --------------------------------------------------------------------------------- */

typedef int (*WordFunc) (const char *word, int n_bytes, int from, int to, gboolean wide, gpointer user_data);

typedef struct {
  WordFunc func;
  gpointer user_data;
  gboolean query; /* a last character alone is no word of its own */
  char word[LONGEST_WORD_BYTES + 8];
  int n_word, word_from;
  char last[8]; /* wide: the character before */
  int n_last, last_from, last_to;
  gboolean paired;
} Walk;

static int
end_word (Walk *self, int at)
{
  const int n = self->n_word;

  self->n_word = 0;
  return n > 0 ? self->func (self->word, n, self->word_from, at, FALSE, self->user_data) : SQLITE_OK;
}

static int
end_wide (Walk *self)
{
  const gboolean alone = self->n_last > 0 && !(self->query && self->paired);
  const int n = self->n_last;

  self->n_last = 0;
  self->paired = FALSE;
  return alone ? self->func (self->last, n, self->last_from, self->last_to, TRUE, self->user_data) : SQLITE_OK;
}

static int
add_wide (Walk *self, gunichar c, int from, int to)
{
  char pair[16];
  int status = end_word (self, from);

  if (status == SQLITE_OK && self->n_last > 0) {
    memcpy (pair, self->last, (gsize) self->n_last);
    status = self->func (pair, self->n_last + g_unichar_to_utf8 (c, pair + self->n_last), self->last_from, to, TRUE, self->user_data);
    self->paired = TRUE;
  }
  self->n_last = g_unichar_to_utf8 (c, self->last);
  self->last_from = from;
  self->last_to = to;
  return status;
}

static int
add_letter (Walk *self, gunichar c, int from)
{
  const int status = end_wide (self);

  if (self->n_word == 0)
    self->word_from = from;
  if (self->n_word < LONGEST_WORD_BYTES)
    self->n_word += g_unichar_to_utf8 (c, self->word + self->n_word);
  return status;
}

/* @text: valid UTF-8, or what is not is passed over. */
static int
walk_words (const char *text, int n_bytes, gboolean query, WordFunc func, gpointer user_data)
{
  Walk self = { .func = func, .user_data = user_data, .query = query };
  int status = SQLITE_OK, at = 0;

  while (status == SQLITE_OK && at < n_bytes) {
    const int from = at;
    gunichar c = (guchar) text[at];

    if (c >= 0x80)
      c = g_utf8_get_char_validated (text + at, n_bytes - at);
    at += c < 0x80 || (gint32) c < 0 ? 1 : g_unichar_to_utf8 (c, NULL);
    if ((gint32) c < 0 || is_mark (c))
      continue;
    c = fold (c);
    if (is_wide_writing (c))
      status = add_wide (&self, c, from, at);
    else if (c < 0x80 ? g_ascii_isalnum ((char) c) : g_unichar_isalnum (c))
      status = add_letter (&self, c, from);
    else if ((status = end_word (&self, from)) == SQLITE_OK)
      status = end_wide (&self);
  }
  if (status == SQLITE_OK)
    status = end_word (&self, n_bytes);
  return status == SQLITE_OK ? end_wide (&self) : status;
}

/* ---- SQLite's side ----------------------------------------------------------------------------- */

typedef struct {
  int (*token) (void *context, int flags, const char *word, int n_bytes, int from, int to);
  void *context;
} Tokens;

static int
on_token (const char *word, int n_bytes, int from, int to, gboolean wide, gpointer user_data)
{
  Tokens *tokens = user_data;

  return tokens->token (tokens->context, 0, word, n_bytes, from, to);
}

static int
tokenizer_create (void *unused, const char **arguments, int n_arguments, Fts5Tokenizer **tokenizer)
{
  static int self; /* it has no state, but must be something */

  *tokenizer = (Fts5Tokenizer *) &self;
  return SQLITE_OK;
}

static void
tokenizer_delete (Fts5Tokenizer *tokenizer)
{
}

static int
tokenizer_tokenize (Fts5Tokenizer *tokenizer, void *context, int flags, const char *text, int n_bytes,
                    int (*token) (void *context, int flags, const char *word, int n_bytes, int from, int to))
{
  Tokens tokens = { token, context };

  return walk_words (text, n_bytes, (flags & FTS5_TOKENIZE_QUERY) != 0, on_token, &tokens);
}

/* FTS5's way to hand out its interface: "Extending FTS5". */
static fts5_api *
get_fts5 (sqlite3 *sqlite)
{
  sqlite3_stmt *statement = NULL;
  fts5_api *api = NULL;

  if (sqlite3_prepare_v2 (sqlite, "SELECT fts5(?1)", -1, &statement, NULL) == SQLITE_OK) {
    sqlite3_bind_pointer (statement, 1, &api, "fts5_api_ptr", NULL);
    sqlite3_step (statement);
  }
  sqlite3_finalize (statement);
  return api;
}

gboolean
hearth_guide_words_register (sqlite3 *sqlite, GError **error)
{
  static fts5_tokenizer tokenizer = { tokenizer_create, tokenizer_delete, tokenizer_tokenize };
  fts5_api *api = get_fts5 (sqlite);

  if (api != NULL && api->xCreateTokenizer (api, "hearth", NULL, &tokenizer, NULL) == SQLITE_OK)
    return TRUE;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                       "the guide's database: this SQLite has no FTS5: build it with SQLITE_ENABLE_FTS5");
  return FALSE;
}

/* ---- what people type ----------------------------------------------------------------------------- */

/* Words may go on ("foot" finds football); a character alone begins pairs. */
static int
on_query_word (const char *word, int n_bytes, int from, int to, gboolean wide, gpointer user_data)
{
  GString *query = user_data;
  const gboolean pair = wide && g_utf8_strlen (word, n_bytes) > 1;

  g_string_append_printf (query, "%s\"%.*s\"%s", query->len > 0 ? " AND " : "", n_bytes, word, pair ? "" : "*");
  return SQLITE_OK;
}

char *
hearth_guide_words_dup_query (const char *typed)
{
  GString *query = g_string_new (NULL);

  walk_words (typed, (int) strlen (typed), TRUE, on_query_word, query);
  return g_string_free (query, query->len == 0);
}

static char *
fold_text (const char *text)
{
  GString *folded = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    const gunichar c = g_utf8_get_char (p);

    if (!is_mark (c))
      g_string_append_unichar (folded, fold (c));
  }
  return g_string_free (folded, FALSE);
}

static gboolean
has_letter (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isalnum (g_utf8_get_char (p)))
      return TRUE;
  return FALSE;
}

char **
hearth_guide_words_dup_needles (const char *typed)
{
  g_autofree char *valid = g_utf8_make_valid (typed, -1);
  g_autofree char *folded = fold_text (valid);
  g_autoptr (GStrvBuilder) needles = g_strv_builder_new ();
  GString *needle = g_string_new (NULL);

  for (const char *p = folded;; p = g_utf8_next_char (p)) {
    const gunichar c = g_utf8_get_char (p);

    if (c != 0 && !g_unichar_isspace (c) && !g_unichar_ispunct (c)) {
      g_string_append_unichar (needle, c);
      continue;
    }
    if (has_letter (needle->str))
      g_strv_builder_add (needles, needle->str);
    g_string_truncate (needle, 0);
    if (c == 0)
      break;
  }
  g_string_free (needle, TRUE);
  return g_strv_builder_end (needles);
}

gboolean
hearth_guide_words_match (const char *text, char **needles)
{
  g_autofree char *folded = fold_text (text);

  for (guint i = 0; needles[i] != NULL; i++)
    if (strstr (folded, needles[i]) == NULL)
      return FALSE;
  return TRUE;
}
