/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scrambles and descrambles a PID of a transport stream with control words that are given: README.md. Not installed; under the GPL
 * because libdvbcsa is. */
#include <dvbcsa/dvbcsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKET 188
#define MAX_WORDS 64
#define EVEN 0x80 /* transport_scrambling_control, in place */
#define ODD 0xc0

typedef struct {
  struct dvbcsa_bs_key_s *keys[MAX_WORDS];
  dvbcsa_cw_t words[MAX_WORDS];
  unsigned n_words, at;
  struct dvbcsa_bs_batch_s *batch; /* ends with data NULL */
  unsigned n_batch, batch_size;
  unsigned char *packets; /* of the batch and what lies between them, in order */
  unsigned n_packets, max_packets;
  int scramble, placed;
  unsigned pid, period, in_period;
  unsigned char parity; /* of what is in the batch; 0: nothing was met yet */
} Csa;

static void
fail (const char *text)
{
  fprintf (stderr, "ts-csa: %s\nts-csa scramble PID WORD,WORD,... PACKETS | descramble PID WORD,WORD,... (see tests/csa/README.md)\n", text);
  exit (2);
}

static void
read_words (Csa *self, char *list)
{
  for (char *word = strtok (list, ","); word != NULL; word = strtok (NULL, ",")) {
    if (self->n_words == MAX_WORDS || strlen (word) != 16 || strspn (word, "0123456789abcdefABCDEF") != 16)
      fail ("a control word has 16 hexadecimal digits, and there are at most 64");
    for (unsigned i = 0; i < 8; i++) {
      const char digits[3] = { word[2 * i], word[2 * i + 1], '\0' };

      self->words[self->n_words][i] = (unsigned char) strtoul (digits, NULL, 16);
    }
    self->keys[self->n_words] = dvbcsa_bs_key_alloc ();
    dvbcsa_bs_key_set (self->words[self->n_words], self->keys[self->n_words]);
    self->n_words++;
  }
  if (self->n_words == 0 || self->n_words % 2 != 0)
    fail ("even and odd words are used in turn: give an even number of them");
}

static unsigned char *
find_payload (unsigned char *packet, unsigned *length)
{
  unsigned start = packet[3] & 0x20 ? 5u + packet[4] : 4u;

  if ((packet[3] & 0x10) == 0 || start >= PACKET)
    return NULL;
  *length = PACKET - start;
  return packet + start;
}

/* Writes what is waiting, its batch done with the word that is on. */
static void
flush (Csa *self)
{
  if (self->n_batch > 0) {
    self->batch[self->n_batch].data = NULL;
    if (self->scramble)
      dvbcsa_bs_encrypt (self->keys[self->at], self->batch, PACKET - 4);
    else
      dvbcsa_bs_decrypt (self->keys[self->at], self->batch, PACKET - 4);
  }
  if (fwrite (self->packets, PACKET, self->n_packets, stdout) != self->n_packets) {
    perror ("ts-csa: writing");
    exit (1);
  }
  self->n_batch = self->n_packets = 0;
}

/* The word of that parity with which @payload begins a PES packet. */
static int
find_word (Csa *self, unsigned char parity, const unsigned char *payload, unsigned length)
{
  for (unsigned i = parity == ODD; i < self->n_words; i += 2) {
    struct dvbcsa_key_s *key = dvbcsa_key_alloc ();
    unsigned char clear[PACKET];

    memcpy (clear, payload, length);
    dvbcsa_key_set (self->words[i], key);
    dvbcsa_decrypt (key, clear, length);
    dvbcsa_key_free (key);
    if (length >= 4 && memcmp (clear, "\0\0\1", 3) == 0) {
      self->at = i;
      return 1;
    }
  }
  return 0;
}

static void
take_clear (Csa *self, unsigned char *packet)
{
  if (self->in_period++ == self->period) {
    flush (self);
    self->at = (self->at + 1) % self->n_words;
    self->in_period = 1;
  }
  packet[3] |= self->at % 2 == 0 ? EVEN : ODD;
}

/* FALSE: it stays as it is. */
static int
take_scrambled (Csa *self, unsigned char *packet, const unsigned char *payload, unsigned length)
{
  const unsigned char parity = packet[3] & 0xc0;

  if (!self->placed && (packet[1] & 0x40))
    self->placed = find_word (self, parity, payload, length);
  else if (self->placed && parity != self->parity) {
    flush (self);
    self->at = (self->at + 1) % self->n_words;
  }
  if (!self->placed)
    return 0;
  self->parity = parity;
  packet[3] &= 0x3f;
  return 1;
}

static void
take (Csa *self, const unsigned char *bytes)
{
  unsigned char *packet = self->packets + (size_t) self->n_packets * PACKET, *payload;
  unsigned length = 0;
  int ours;

  memcpy (packet, bytes, PACKET);
  payload = find_payload (packet, &length);
  ours = payload != NULL && ((packet[1] & 0x1fu) << 8 | packet[2]) == self->pid && ((packet[3] & 0x80) != 0) != self->scramble;
  if (ours && self->scramble)
    take_clear (self, packet);
  else if (ours)
    ours = take_scrambled (self, packet, payload, length);
  if (self->n_packets == 0 && packet != self->packets) { /* it was behind those that are written now */
    memcpy (self->packets, packet, PACKET);
    payload = payload != NULL ? self->packets + (payload - packet) : NULL;
  }
  self->n_packets++;
  if (ours)
    self->batch[self->n_batch++] = (struct dvbcsa_bs_batch_s){ payload, length };
  if (self->n_batch == self->batch_size || self->n_packets == self->max_packets)
    flush (self);
}

int
main (int argc, char **argv)
{
  Csa self = { 0 };
  unsigned char packet[PACKET];
  size_t n;

  if (argc < 4 || (strcmp (argv[1], "scramble") != 0 && strcmp (argv[1], "descramble") != 0))
    fail ("what to do?");
  self.scramble = argv[1][0] == 's';
  self.pid = (unsigned) strtoul (argv[2], NULL, 0);
  self.period = argc > 4 ? (unsigned) strtoul (argv[4], NULL, 0) : 0;
  if (self.pid == 0 || self.pid >= 0x1fff || (self.scramble && self.period == 0))
    fail ("a PID from 1 to 8190 is wanted, and for scrambling the packets a word is used for");
  read_words (&self, argv[3]);
  self.batch_size = dvbcsa_bs_batch_size ();
  self.max_packets = 16 * self.batch_size;
  self.batch = calloc (self.batch_size + 1, sizeof *self.batch);
  self.packets = malloc ((size_t) self.max_packets * PACKET);
  while ((n = fread (packet, 1, PACKET, stdin)) == PACKET) {
    if (packet[0] != 0x47)
      fail ("a packet does not begin with 0x47: the input must be whole packets of 188 bytes");
    take (&self, packet);
  }
  flush (&self);
  if (n != 0)
    fail ("the input ends within a packet");
  for (unsigned i = 0; i < self.n_words; i++)
    dvbcsa_bs_key_free (self.keys[i]);
  free (self.batch);
  free (self.packets);
  return 0;
}
