# SPDX-License-Identifier: LGPL-2.1-or-later
# Real processes on a private bus; what a person would see. Each script runs the tests of one subject, one after the other.
EXTRA_DIST += tests/system/boxprocess.py tests/system/box.py tests/system/xscreen.py tests/system/cable.py tests/system/recordings.py tests/system/tsreading.py tests/system/run-box debian-packages
SYSTEM_TESTS = tests/system/test_bus.py tests/system/test_television.py tests/system/test_recovery.py tests/system/test_faults.py \
  tests/system/test_recordings.py tests/system/test_internet.py tests/system/test_programmes.py tests/system/test_sound.py \
  tests/system/test_ts_tool.py
SYSTEM_TESTS += tests/system/test_cable.py tests/system/test_run.py tests/system/test_satip.py tests/system/test_manuals.py
SYSTEM_TESTS += tests/system/test_scrambled.py tests/system/test_full_disk.py tests/system/test_http_faults.py
SYSTEM_TESTS += tests/system/test_guide.py tests/system/test_views.py tests/system/test_banner.py tests/system/test_hearthctl.py
SYSTEM_TESTS += tests/system/test_directfb.py
# In three turns: check-units, with -j; check-alone, real processes that are looked at by the clock, one by one; and check-beside,
# those that wait more than they measure, with -j: the longest first, or it runs alone at the end.
PATIENT_TESTS = tests/system/test_guide.py tests/system/test_internet.py tests/system/test_cable.py tests/system/test_satip.py \
  tests/system/test_banner.py tests/system/test_scrambled.py tests/system/test_http_faults.py tests/system/test_hearthctl.py \
  tests/system/test_programmes.py tests/system/test_directfb.py
dist_check_SCRIPTS += $(SYSTEM_TESTS)
TESTS += $(SYSTEM_TESTS)
# In a virtual machine, by ./dev guest.
EXTRA_DIST += tests/guest/make-guest tests/guest/guest-init tests/guest/box.sh tests/guest/guest.py tests/guest/test_guest.py \
  tests/guest/guestmedia.py tests/guest/test_frame_buffer.py tests/guest/test_screen.py tests/system/pictures.py
.PHONY: check-units check-alone check-beside
check-units:
	HEARTH_TEST_PATIENCE=$${HEARTH_TEST_PATIENCE:-2} $(MAKE) -k check TESTS='$(filter-out %.py,$(TESTS))'
check-alone:
	$(MAKE) -k check TESTS='$(filter-out $(PATIENT_TESTS),$(filter %.py,$(TESTS)))'
check-beside:
	HEARTH_TEST_PATIENCE=$${HEARTH_TEST_PATIENCE:-2} $(MAKE) -k check TESTS='$(PATIENT_TESTS)'
