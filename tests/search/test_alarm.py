"""The alarm that breaks off what does not look at the clock, and the memory that a search may take."""

import signal
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest

from search.alarm import Alarm, Overdue, _delicate
from search.memory import BANK, DRIVERS, FRESH, foreign, resident, room

ROOT = Path(__file__).parents[2]


def spin(seconds):
    """Looks at nothing but its own clock."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


class TestAlarm:
    def test_rings_in_time(self):
        alarm, begun = Alarm(), time.perf_counter()
        with pytest.raises(Overdue):
            alarm.set(begun + 0.05)
            spin(20)
        alarm.off()
        assert 0.05 <= time.perf_counter() - begun < 5

    def test_can_be_moved_and_taken_back(self):
        alarm = Alarm()
        alarm.set(time.perf_counter() + 0.02)
        alarm.set(time.perf_counter() + 30)
        spin(0.1)
        alarm.off()
        alarm.off()
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0 or signal.getsignal(signal.SIGALRM) != alarm._ring

    def test_puts_back_what_was_there(self):
        calls = []
        before = signal.signal(signal.SIGALRM, lambda *_: calls.append(1))
        timer = signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            alarm = Alarm()
            alarm.set(time.perf_counter() + 0.05)
            with pytest.raises(Overdue):
                spin(20)
            alarm.off()
            spin(0.6)
            assert calls == [1]
        finally:
            signal.signal(signal.SIGALRM, before)
            signal.setitimer(signal.ITIMER_REAL, *timer)

    def test_leaves_an_earlier_alarm_alone(self):
        calls = []
        before = signal.signal(signal.SIGALRM, lambda *_: calls.append(1))
        timer = signal.setitimer(signal.ITIMER_REAL, 0.05)
        try:
            alarm = Alarm()
            alarm.set(time.perf_counter() + 10)
            spin(0.3)
            alarm.off()
            assert calls == [1]
        finally:
            signal.signal(signal.SIGALRM, before)
            signal.setitimer(signal.ITIMER_REAL, *timer)

    def test_does_nothing_in_another_thread(self):
        done = []

        def work():
            alarm = Alarm()
            alarm.set(time.perf_counter() + 0.01)
            spin(0.1)
            alarm.off()
            done.append(True)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert done == [True]

    def test_waits_for_an_import_to_end(self, tmp_path, monkeypatch):
        (tmp_path / "slow_module.py").write_text(
            "import time\nend = time.perf_counter() + 0.4\nwhile time.perf_counter() < end:\n    pass\nDONE = True\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        alarm, module = Alarm(), None
        with pytest.raises(Overdue):
            alarm.set(time.perf_counter() + 0.05)
            import slow_module as module  # type: ignore[import-not-found]

            spin(20)
        alarm.off()
        assert module is not None and module.DONE

    def test_breaks_off_an_import_if_told_so(self, tmp_path, monkeypatch):
        (tmp_path / "endless_module.py").write_text("while True:\n    pass\n")
        monkeypatch.syspath_prepend(tmp_path)
        alarm = Alarm(anywhere=True)
        with pytest.raises(Overdue):
            alarm.set(time.perf_counter() + 0.05)
            import endless_module  # type: ignore[import-not-found]  # noqa: F401
        alarm.off()

    def test_waits_for_callbacks_of_weak_references(self, capsys):
        """There an exception is printed and lost. The callback spins far beyond the alarm, which rings once it is over."""

        class Thing:
            pass

        thing = Thing()
        watched = weakref.finalize(thing, spin, 0.3)
        alarm = Alarm(anywhere=True)
        with pytest.raises(Overdue):
            alarm.set(time.perf_counter() + 0.05)
            del thing
            spin(20)
        alarm.off()
        assert not watched.alive and "Exception ignored" not in capsys.readouterr().err

    def test_is_no_exception_that_a_broad_handler_takes(self):
        assert not issubclass(Overdue, Exception)

    def test_frames_of_our_own_are_not_delicate(self):
        frame = sys._getframe()
        assert not _delicate(None, ("/",))
        assert not _delicate(frame, ("/numba/",))
        assert _delicate(frame, ("test_alarm",))


class TestMemory:
    def test_grows_with_what_is_held(self):
        """In a process of its own: this one may have memory to spare."""
        code = (
            "from search.memory import resident\nbefore = resident()\nblock = bytearray(200 << 20)\n"
            "block[::4096] = b'x' * len(block[::4096])\nprint(resident() - before)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
        assert 150 <= int(done.stdout) <= 300, done.stderr

    def test_the_bank_gets_its_part_of_what_is_left(self):
        assert abs((room(1000, resident() - 300) >> 20) - BANK * (1000 - 300 - DRIVERS)) < 50
        assert room(64, 0) >= 16 << 20
        assert foreign() == max(resident() - FRESH, 0)

    def test_what_others_have_freed_is_no_room(self):
        """A search beside a gigabyte that somebody gives back meanwhile may still take its own limit and no more."""
        assert room(1000, resident() + 1000) >> 20 <= BANK * (1000 - FRESH - DRIVERS) + 1
