/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DirectFB 1.7.7's system x11 asks GLX for its configurations and reads each one's visual, without looking whether it has one; Mesa
 * names some that have none, and the process dies. No option turns that off. With no configuration at all it goes on, with pictures
 * in shared memory: for what the CPU paints the shorter way anyhow. So its module is given this function in place of libGL's. The
 * dynamic linker looks where everybody may look before it looks into a library's own dependencies. */
#include "dfb-no-glx.h"

#include <dlfcn.h>

__attribute__ ((visibility ("default"))) gpointer glXChooseFBConfig (gpointer display, int screen, const int *attributes, int *n_configs);

gpointer
glXChooseFBConfig (gpointer display, int screen, const int *attributes, int *n_configs)
{
  *n_configs = 0;
  return NULL;
}

/* The module is made visible to all; where the plug-in is built in, the program is, and exports this function. */
void
dfb_no_glx_come_first (void)
{
  Dl_info here;
  gpointer module;

  if (dladdr ((gpointer) dfb_no_glx_come_first, &here) == 0)
    return;
  module = dlopen (here.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
  if (module != NULL)
    dlclose (module); /* it was loaded before, and stays visible */
}
