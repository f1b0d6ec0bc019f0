"""The bugs that the tests must catch: each a small change that could be made by mistake, and the tests that should
notice it, quickest first. Where it goes is said by file, function and fragment; places.py says what a fragment is.
`mutate.py --check` tells which of them lost their place."""

from dataclasses import dataclass, field


@dataclass
class Bug:
    name: str
    file: str  # its name, in whatever folder
    function: str
    old: str  # a fragment that is in the function once
    new: str  # with the names that `old` has found
    tests: list
    programs: list = field(default_factory=list)  # what the tests run


BUGS = [
    # Descriptors, system calls and signals
    Bug("an_ended_connection_is_never_closed", "session_end.cpp", "conclude", "log_end(*$connection, $end);",
        "log_end(*$connection, $end);\n  static_cast<void>($connection.release());", ["failing_calls_test"]),
    Bug("an_interrupted_recv_ends_the_connection", "tcp_stream.cpp", "receive",
        "if (errno == EINTR) return {0, IoStatus::interrupted, EINTR};", "", ["tcp_stream_test", "failing_calls_test"]),
    Bug("an_interrupted_send_ends_the_connection", "tcp_stream.cpp", "send_all", "if ($n < 0 && errno != EINTR && errno",
        "if ($n < 0 && errno", ["tcp_stream_test", "failing_calls_test"]),
    Bug("a_gone_reader_kills_the_process", "tcp_stream.cpp", "send_all", "MSG_NOSIGNAL", "0",
        ["stress_test", "chaos_test"]),
    Bug("a_partial_send_starts_its_time_anew", "tcp_stream.cpp", "send_all",
        "if ($rest && (!$limit || *$rest < *$limit)) set(SO_SNDTIMEO, $limit, $rest);", "", ["tcp_stream_test"]),
    Bug("an_unknown_error_spins_the_accept_loop", "accept_policy.cpp", "classify_accept_error", "case ECONNABORTED:",
        "case ECONNABORTED:\n    case 12345:", ["accept_policy_test"]),

    # Which connections come in
    Bug("one_seat_too_many", "seats.cpp", "try_take", "if ($taken >= $limit) return std::nullopt;",
        "if ($taken > $limit) return std::nullopt;", ["seats_test"]),
    Bug("a_seat_is_never_given_back", "seats.cpp", "give_back", "--taken_;", "", ["seats_test"]),
    Bug("a_free_seat_wakes_no_waiter", "seats.cpp", "give_back", "if ($wake) $changed.notify_all();",
        "static_cast<void>($wake);", ["seats_test"]),
    Bug("a_source_has_one_too_many", "seats.cpp", "count_source", "$count >= *limit) {", "$count > *limit) {",
        ["seats_test"]),
    Bug("a_denied_source_is_admitted", "admission.cpp", "admit", "if (!access_.get().admits($peer))", "if (false)",
        ["limits_test"]),
    Bug("a_tie_allows", "access_list.cpp", "flatten",
        "std::tie($l.first, $r.last, $r.admitted) < std::tie($r.first, $l.last, $l.admitted)",
        "std::tie($l.first, $r.last, $l.admitted) < std::tie($r.first, $l.last, $r.admitted)", ["access_list_test"]),
    Bug("a_mapped_address_slips_through", "access_list.cpp", "admits", "= $peer.unmapped();", "= $peer;",
        ["access_list_test", "limits_test"]),
    Bug("the_accept_rate_does_nothing", "acceptor.cpp", "wait_until_allowed", "const auto delay = admission_.rate_delay(now);",
        "const auto delay = std::chrono::nanoseconds::zero();", ["limits_test"]),
    Bug("a_second_listener_need_not_wait", "acceptor.cpp", "accept_round",
        "if (!std::exchange($allowed, false) && !wait_until_allowed()) return;", "static_cast<void>($allowed);",
        ["accepting_test", "limits_test"]),
    Bug("a_kernel_that_always_refuses_spins_the_accept_loop", "acceptor.cpp", "handle_error", "++$failures < $most",
        "++$failures != 0", ["accepting_test"]),
    Bug("the_bucket_overflows_its_burst", "token_bucket.hpp", "credit",
        "if ($elapsed > ($full - $credit) / $rate) return $full;", "", ["token_bucket_test"]),

    # Parked and held connections
    Bug("a_late_event_claims_a_connection", "parking_lot.cpp", "claim", "if (arming_of($seen) != $arming) return nullptr;",
        "", ["parking_lot_test"]),
    Bug("an_event_during_arming_is_forgotten", "parking_lot.cpp", "claim",
        "std::this_thread::yield(); $seen = $word.load(std::memory_order_acquire); break;", "return nullptr;",
        ["parking_lot_test"]),
    Bug("an_event_during_a_turn_is_forgotten", "parking_lot.cpp", "rest", "if (($seen & noted) != 0) return false;",
        "cell.word.fetch_and(~noted);\n  $seen &= ~noted;", ["parking_lot_test", "stress_test"]),
    Bug("an_end_that_came_with_data_is_left_lying", "epoll_set.cpp", "leaves_doubt", "(EPOLLRDHUP | EPOLLHUP |",
        "(EPOLLHUP |", ["echo_test", "stress_test"]),
    Bug("what_a_bounded_turn_leaves_is_forgotten", "park_dispatcher.cpp", "run", "worker.io.input().kernel_was_empty() &&", "",
        ["park_test"]),
    Bug("a_message_that_has_begun_is_dropped_by_a_drain", "park_dispatcher.cpp", "is_under_way",
        "waits_for_more($what) ||", "", ["stop_test"]),
    Bug("the_limit_of_kept_input_is_not_heeded", "session_input.cpp", "is_input_limit_reached",
        "$others + $buffered_size() >=", "false && $others + $buffered_size() >=", ["input_limit_test"]),
    Bug("no_message_is_favoured", "input_share.cpp", "give_what_is_free", "if (!$has_room && $favoured) break;",
        "if (!$has_room) break;", ["input_limit_test"]),
    Bug("the_busiest_connection_is_evicted", "park_dispatcher.cpp", "evict", "$active >= $since) continue;", "$active < $since) continue;",
        ["limits_test"]),
    Bug("busy_workers_are_not_looked_after", "park_dispatcher.cpp", "sweep", "$busy_check.check($now)", "std::nullopt",
        ["busy_workers_test"]),
    Bug("a_worker_that_blocks_keeps_its_place", "stall_check.cpp", "check", "standby_.excuse($duty);",
        "", ["stall_check_test", "park_workers_test"]),
    Bug("a_late_worker_is_not_announced", "standby.cpp", "watch", "if ($waits && $now.watching == 0) $unwatched();",
        "static_cast<void>($now);", ["standby_test"]),
    Bug("a_call_from_standby_is_lost", "standby.cpp", "update", "= $standing_by > 0 &&", "= $standing_by > 1 &&",
        ["standby_test"]),
    Bug("a_signal_takes_a_worker_from_standby", "standby.cpp", "watch", "= ::sem_wait(&$calls) != 0 && errno == EINTR",
        "= ::sem_wait(&$calls) == 0 && errno == EINTR", ["standby_test"]),
    Bug("turns_that_sleep_are_not_noticed", "blocking_sense.hpp", "end", "= batches_to_trust;", "= 0;",
        ["park_workers_test"]),
    Bug("quick_turns_take_every_worker", "standby.cpp", "may_watch", "&& $on_duty < $most", "", ["standby_test"]),
    Bug("input_already_read_is_forgotten", "session_input.cpp", "unbind", "if ($buffer.empty())", "if (true)",
        ["park_test", "failing_allocations_test"]),
    Bug("what_is_left_over_waits_for_more_input", "epoll_set.cpp", "interest_of", "std::uint32_t{EPOLLIN} | EPOLLOUT | EPOLLONESHOT",
        "std::uint32_t{EPOLLIN} | EPOLLONESHOT",
        ["park_test", "failing_allocations_test"]),
    Bug("idle_counts_from_the_opening", "time_limits.cpp", "deadline_of",
        "$limits.idle, $times.active,", "$limits.idle, $times.opened,",
        ["park_test", "end_reasons_test"]),
    Bug("a_full_queue_takes_one_more", "bounded_queue.hpp", "has_room", "$size() < $capacity", "$size() <= $capacity",
        ["bounded_queue_test"]),
    Bug("a_pushed_item_wakes_no_consumer", "bounded_queue.hpp", "try_push", "$filled.notify_one();", "",
        ["bounded_queue_test"]),
    Bug("a_failed_arming_keeps_the_connection", "park_dispatcher.cpp", "park",
        "lot_.fail_arming($key); return end($slot, {.reason = EndReason::reset, .error = $error});",
        "static_cast<void>($error);\n    return;", ["failing_calls_test"]),

    Bug("a_peer_that_never_reads_is_left_to_the_kernel", "closer.cpp", "still_takes",
        "$lingering.connection->stream->reset_on_close();", "", ["closer_test"]),
    Bug("a_handler_dies_on_the_housekeeper", "park_dispatcher.cpp", "end_from_outside",
        "if (!$connection.own_handler || $connection.ending)", "if ($connection.id != 0)", ["park_test"]),

    # Messages and their limits
    Bug("a_cut_off_line_is_an_end", "session_reads.cpp", "read_line", "$searched == 0 && is_clean_end", "is_clean_end",
        ["session_io_test"]),
    Bug("a_drip_restarts_the_message_limit", "session_input.cpp", "receive_limit", "if (!$clock) $clock = $now;", "$clock = $now;", ["session_io_test"]),
    Bug("a_line_may_be_one_byte_too_long", "session_reads.cpp", "read_line", "if ($length > $limit) break;",
        "if ($length > $limit + 1) break;", ["session_io_test"]),
    Bug("every_stall_is_a_deadlock", "stall.hpp", "deadlock", "unread > 0 ?", "unread + unsent > 0 ?", ["session_io_test"]),

    # Ends and stopping
    Bug("nothing_lingers", "session_end.cpp", "close_mode", "&& $end.end_seen ?", "?",
        ["echo_test", "end_reasons_test", "stop_test"]),
    Bug("a_woken_worker_goes_on_waiting", "session_input.cpp", "begin_waiting",
        "if (!$stop.draining()) return true; end_waiting(); return false;", "return true;",
        ["stop_test"]),
    Bug("the_grace_period_never_ends", "server_impl.cpp", "wait_for_connections",
        "if (lifecycle.grace_is_over()) return false;", "", ["stop_test"]),

    # The life cycle, and what else lives in the process
    Bug("a_handler_waits_for_itself", "lifecycle.cpp", "begin_stop", "if ($owner == this)", "if (false)",
        ["lifecycle_test"]),
    Bug("a_stop_overtakes_the_start", "lifecycle.cpp", "begin_stop",
        "$changed.wait($lock, [this] { return $stage != Stage::starting; });", "", ["lifecycle_test"]),
    Bug("the_first_to_stop_takes_the_wake_signal_along", "worker_pool.cpp", "WakeSignal", "if ($users++ != 0) return;",
        "++$users;", ["lifecycle_test"]),
    Bug("a_thread_takes_the_programs_signals", "thread.cpp", "Thread", "const SignalsBlocked inherited;", "",
        ["lifecycle_test"]),

    # Datagrams
    Bug("the_last_reserved_port_is_answered", "datagram_admission.cpp", "refusal", "$port < first_unprivileged_port",
        "$port + 1 < first_unprivileged_port", ["datagram_admission_test", "fuzz_datagram_path"]),
    Bug("an_ipv6_group_may_send", "datagram_admission.cpp", "is_multicast", ": $first == 0xff;", ": $first == 0xfe;",
        ["datagram_admission_test", "fuzz_datagram_path"]),
    Bug("an_answer_leaves_from_any_address", "datagram_batch.cpp", "take_answer",
        "$controllen = write_source($slot);", "$controllen = 0;\n  static_cast<void>(&write_source);",
        ["datagram_batch_test", "udp_service_test"]),
    Bug("a_cut_off_datagram_is_answered", "udp_loop.cpp", "admit",
        "if ($batch->truncated($i)) return DropReason::truncated;", "", ["udp_server_test"]),

    # Configuration and logging
    Bug("a_number_may_be_one_too_large", "units.cpp", "read_duration", "|| *$duration > $most ||",
        "|| *$duration > $most + Milliseconds{1} ||", ["units_test"]),
    Bug("a_wrong_file_is_applied_all_the_same", "reload.cpp", "reload", "log_failures($problems); return false;",
        "log_failures($problems);", ["daemon_reload_test"], ["echopoold"]),
    Bug("a_damaged_probe_is_believed", "probe.cpp", "read_probe", "|| $header.crc != crc_of($header)", "",
        ["fuzz_probe", "client_probe_test"]),
    Bug("a_rate_is_over_the_time_to_the_last_answer", "load.cpp", "rate", "{duration}", "{counts.span()}",
        ["client_load_warnings_test"]),
    Bug("what_was_not_answered_is_in_no_distribution", "load_context.hpp", "count_failure",
        "unanswered.push_back($request);", "", ["client_load_warnings_test"]),
    Bug("a_percentile_hides_that_it_may_be_more", "histogram.hpp", "record_at_least", "++unfinished_;", "",
        ["client_histogram_test", "client_latency_text_test"]),
    Bug("a_lost_line_is_not_counted", "reporting_writer.cpp", "write", "$count.lose(1);", "", ["sink_thread_test"]),
]
