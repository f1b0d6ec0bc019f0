#!/usr/bin/env python3
"""The benchmarks' own tests: how runs are ordered, compared and judged, and a tiny run of everything.

A tiny run's figures mean nothing; that they are there, and that what is missing says why, is what is tested."""

import json
import subprocess
import sys
import unittest
from pathlib import Path

from counts import parse_calls, parse_instructions, per_unit
from goals import GOALS, judge
from hostile_cases import KINDS, TARGETS, kept_by_server, shortfall
from hostile_goals import judge as judge_hostile
from hostile_show import missed_text, section as hostile_section
from loads import DATAGRAMS, LOADS
from measure import BUILD, RESULTS, NotMeasured
from pairs import in_turn, measure_load, ratios_of
from report import section
from servers import LOGGING, SERVERS
from show import FIGURES

HERE = Path(__file__).parent


class Pairs(unittest.TestCase):
    def test_every_rival_runs_next_to_ours(self):
        for turn in (0, 1):
            groups = in_turn("ours", ("a", "b", "c"), turn)
            self.assertEqual(sorted(name for group in groups for name in group if name != "ours"), ["a", "b", "c"])
            for group in groups:
                self.assertTrue(all(abs(i - group.index("ours")) == 1 for i, name in enumerate(group) if name != "ours"))

    def test_a_rival_runs_before_and_after_ours_by_turns(self):
        self.assertEqual(in_turn("ours", ("a", "b"), 0), [["a", "ours", "b"]])
        self.assertEqual(in_turn("ours", ("a", "b"), 1), [["b", "ours", "a"]])
        self.assertEqual([in_turn("ours", ("a",), turn) for turn in (0, 1)], [[["ours", "a"]], [["a", "ours"]]])

    def test_a_ratio_is_the_median_of_the_pairs_ratios(self):
        pairs = [({"cpu_us": ours}, {"cpu_us": theirs}) for ours, theirs in ((1, 2), (30, 10), (4, 4))]
        self.assertEqual(ratios_of(pairs), {"cpu_us": {"median": 1, "min": 0.5, "max": 3}})

    def test_a_rival_that_fails_is_left_out_and_says_why(self):
        class Load:
            title, ours, figures = "a load", "ours", ("cpu_us",)
            asked = []

            def run(self, name, seconds):
                self.asked.append(name)
                if name == "broken":
                    raise NotMeasured("it is broken")
                return {"cpu_us": 3 if name == "ours" else 6}

        load = Load()
        found = measure_load(load, ["broken", "sound"], 3, 0)
        self.assertEqual(found["not_measured"], {"broken": "it is broken"})
        self.assertEqual(load.asked.count("broken"), 1)
        self.assertEqual(found["ratios"], {"sound": {"cpu_us": {"median": 0.5, "min": 0.5, "max": 0.5}}})


class Goals(unittest.TestCase):
    def test_every_goal_is_about_something_that_is_measured(self):
        for goal in GOALS:
            load = LOADS[goal.load]
            self.assertIn(goal.figure, load.figures, goal)
            self.assertIn(goal.rival or load.ours, {load.ours, *load.every}, goal)

    def test_a_goal_is_judged_by_the_median(self):
        def verdicts(cpu, rate):
            ratios = {"cpu_us": {"median": cpu, "min": 0.1, "max": 9}, "rate": {"median": rate, "min": 0.1, "max": 9}}
            found = judge({"64B-16": {"ours": "park", "servers": {"park": {}}, "ratios": {"poco": ratios}}})
            return [goal["met"] for goal in found]
        self.assertEqual(verdicts(0.70, 1.50), [True, True])
        self.assertEqual(verdicts(0.71, 1.40), [False, False])


class Counts(unittest.TestCase):
    def test_a_unit_costs_what_a_longer_run_costs_more(self):
        self.assertEqual(per_unit({"recv": 10, "open": 3}, {"recv": 30, "send": 10, "open": 3}, 10),
                         {"recv": 2, "send": 1, "open": 0})

    def test_the_summaries_of_strace_and_callgrind_are_understood(self):
        self.assertEqual(parse_calls("syscall  calls\n-------- -------\nread        12\nclose  3\n-----\ntotal  15\n"),
                         {"read": 12, "close": 3})
        self.assertEqual(parse_instructions("Ir\n1,300  PROGRAM TOTALS\n\nIr file:function\n1,234  a.cpp:n::f(int) [/lib/x.so]\n"
                                            "    6  a.cpp:n::f(int)'2 [/lib/x.so]\n   60  ???:g [/lib/y.so]\n"),
                         {"n::f": 1240, "g": 60})


class Hostile(unittest.TestCase):
    STATE = {"connected": 400, "doing": 400, "dripped": 0, "acts": 0, "resets_mid_answer": 0, "acknowledged": 0, "received": 0}
    QUEUES = {"connections": 400, "jammed": 400, "to_send": 0, "to_read": 0}

    def short(self, kind, last, queues=None):
        return shortfall(kind, 400, self.STATE, self.STATE | last, 2.0, self.QUEUES | (queues or {}))

    def test_peers_that_do_what_they_say_are_accepted(self):
        self.assertEqual([self.short(kind, {"dripped": 4_000, "acts": 800, "resets_mid_answer": 800}) for kind in KINDS],
                         [""] * len(KINDS))

    def test_peers_that_do_not_are_noticed(self):
        for kind, last, queues in (("half", {"doing": 300}, {}), ("silent", {}, {"connections": 300}),
                                   ("drip", {"dripped": 100}, {}), ("never-read", {}, {"jammed": 40}),
                                   ("slow-read", {}, {"jammed": 40}), ("half-closed", {"doing": 0}, {}),
                                   ("reset", {"acts": 800, "resets_mid_answer": 100}, {}),
                                   ("reset", {"acts": 100, "resets_mid_answer": 100}, {})):
            self.assertNotEqual(self.short(kind, last, queues), "", (kind, last, queues))

    def test_what_is_kept_is_neither_in_the_kernel_nor_answered(self):
        state = self.STATE | {"acknowledged": 10_400, "received": 1_000}
        self.assertEqual(kept_by_server(state, self.QUEUES | {"to_send": 2_000, "to_read": 3_000}), 4_000)

    def test_the_goals_follow_the_number_of_peers(self):
        def missed(**case):
            figures = {"kind": "half", "share": 0.85, "worst_ms": 200, "bytes_each": 1_100, "kept_each": 100}
            return missed_text({"goals": judge_hostile(figures | case)})
        self.assertEqual(missed(count=16), "")
        self.assertEqual(missed(count=400), "share >= 0.9, worst wait <= 100")
        self.assertEqual(missed(count=4000), "")
        self.assertEqual(missed(count=4000, bytes_each=1_200, share=0.7, worst_ms=300),
                         "share >= 0.8, worst wait <= 250, memory <= 1,124")
        self.assertEqual(missed(count=4000, kind="silent", bytes_each=310), "memory <= 300")

    def test_a_tiny_run_measures_every_kind(self):
        command = [sys.executable, HERE / "hostile.py", "--servers", "framed", "--counts", "8", "--seconds", "0.5",
                   "--attempts", "1", "--output", "hostile-smoke"]
        process = subprocess.run(command, capture_output=True, text=True, timeout=300)
        self.assertEqual(process.returncode, 0, process.stdout + process.stderr)
        result = json.loads((RESULTS / "hostile-smoke.json").read_text())
        self.assertEqual([case["kind"] for case in result["cases"]], list(KINDS))
        for case in result["cases"]:
            self.assertGreater(case["undisturbed"], 0, case)
            self.assertGreater(case["worst_ms"], 0, case)
        self.assertIn(f"**{TARGETS['framed'].server.title}: 8 of each kind**", hostile_section(result))


class Run(unittest.TestCase):
    LOADS = ("64B-16", "stream", "connect", "udp-64-1", "idle", "start", "log-connections")

    @classmethod
    def setUpClass(cls):
        command = [sys.executable, HERE / "tcp.py", "--quick", "--output", "smoke", "--loads", ",".join(cls.LOADS)]
        cls.process = subprocess.run(command, capture_output=True, text=True, timeout=300)
        cls.result = json.loads((RESULTS / "smoke.json").read_text()) if cls.process.returncode == 0 else None

    def setUp(self):
        self.assertIsNotNone(self.result, self.process.stderr + self.process.stdout)

    def test_every_load_returns_its_figures(self):
        self.assertEqual(sorted(self.result["loads"]), sorted(self.LOADS), self.process.stdout)
        for name, found in self.result["loads"].items():
            for figure in set(found["figures"]) - {"syscalls"}:
                value = found["servers"][found["ours"]][figure]["median"]
                self.assertTrue(value > 0 or figure in ("first_echo_more_ms", "cpu_ms_per_s", "switches_per_s", "switches"),
                                f"{name}: {figure} is {value}")

    def test_every_rival_is_measured_or_it_says_why_not(self):
        for name, found in self.result["loads"].items():
            self.assertEqual({*found["ratios"], *found["not_measured"]}, set(LOADS[name].rivals), name)
            self.assertLessEqual(set(found["not_measured"]), {"poco", "log-off"}, found["not_measured"])

    def test_the_report_shows_every_load_and_goal(self):
        text = section(self.result, {"goals"})
        for name in self.LOADS:
            self.assertIn(f"(`{name}`)", text)
        self.assertEqual(text.count("| met |") + text.count("| MISSED |"), len(self.result["goals"]))


class Names(unittest.TestCase):
    def test_every_load_names_known_servers_and_figures(self):
        known = {*SERVERS, *LOGGING, "udp", *DATAGRAMS["rivals"]}
        for name, load in LOADS.items():
            self.assertLessEqual({load.ours, *load.rivals, *load.every}, known, name)
            self.assertLessEqual(set(load.figures), FIGURES.keys(), name)


if __name__ == "__main__":
    if not (BUILD / "bench/generator").exists():
        sys.exit(f"the benchmarks' programs are not built: cmake --build {BUILD} --target bench-programs")
    unittest.main()
