/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <stdio.h>

struct _CtlTable {
  guint n_columns;
  guint *widths;      /* in columns of a terminal */
  gboolean *right;    /* flush right */
  GPtrArray *cells;   /* not printed yet, titles first */
};

/* CJK ideographs take two columns; combining marks none. */
guint
ctl_text_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    width += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
  }
  return width;
}

CtlTable *
ctl_table_new (const char *titles)
{
  CtlTable *table = g_new0 (CtlTable, 1);
  g_auto (GStrv) parts = g_strsplit (titles, "|", -1);

  table->n_columns = g_strv_length (parts);
  table->widths = g_new0 (guint, table->n_columns);
  table->right = g_new0 (gboolean, table->n_columns);
  table->cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < table->n_columns; i++) {
    table->right[i] = *parts[i] == '>';
    ctl_table_add (table, parts[i] + (table->right[i] ? 1 : 0));
  }
  return table;
}

void
ctl_table_take (CtlTable *table, char *cell)
{
  guint column = table->cells->len % table->n_columns;
  char *text = cell != NULL ? cell : g_strdup ("");

  table->widths[column] = MAX (table->widths[column], ctl_text_width (text));
  g_ptr_array_add (table->cells, text);
}

void
ctl_table_add (CtlTable *table, const char *cell)
{
  ctl_table_take (table, cell != NULL ? ctl_text_clean (cell) : NULL);
}

static void
append_cell (GString *line, CtlTable *table, guint column, const char *text)
{
  int pad = (int) (table->widths[column] - ctl_text_width (text));

  g_string_append_printf (line, "%s%*s%s%*s", column > 0 ? "  " : "", table->right[column] ? pad : 0, "", text,
                          table->right[column] ? 0 : pad, "");
}

static void
print_row (CtlTable *table, char **cells)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < table->n_columns; i++)
    append_cell (line, table, i, cells[i]);
  while (line->len > 0 && line->str[line->len - 1] == ' ')
    g_string_truncate (line, line->len - 1);
  ctl_print ("%s\n", line->str);
}

void
ctl_table_flush (CtlTable *table)
{
  guint n_cells = table->cells->len - table->cells->len % table->n_columns;

  for (guint i = 0; i < n_cells; i += table->n_columns)
    print_row (table, (char **) &table->cells->pdata[i]);
  if (n_cells > 0)
    g_ptr_array_remove_range (table->cells, 0, n_cells);
}

void
ctl_table_free (CtlTable *table)
{
  g_ptr_array_unref (table->cells);
  g_free (table->widths);
  g_free (table->right);
  g_free (table);
}
