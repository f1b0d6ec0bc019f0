"""The bugs that the tests must catch: each a small change somebody could make by mistake, and the tests that should
notice, quickest first."""

from dataclasses import dataclass, field


@dataclass
class Bug:
    name: str
    file: str
    old: str  # stands once in the file
    new: str
    tests: list
    programs: list = field(default_factory=list)  # what the tests run


BUGS = [
    # Descriptors, system calls and signals
    Bug("an_ended_connection_is_never_closed", "server/src/session/session_end.cpp", "  log_end(*connection, end);\n",
        "  log_end(*connection, end);\n  static_cast<void>(connection.release());\n", ["failing_calls_test"]),
    Bug("an_interrupted_recv_ends_the_connection", "server/src/kernel/tcp_stream.cpp",
        "if (errno == EINTR) return {0, IoStatus::interrupted, EINTR};", "", ["tcp_stream_test", "failing_calls_test"]),
    Bug("an_interrupted_send_ends_the_connection", "server/src/kernel/tcp_stream.cpp", "if (n < 0 && errno != EINTR && errno",
        "if (n < 0 && errno", ["tcp_stream_test", "failing_calls_test"]),
    Bug("a_gone_reader_kills_the_process", "server/src/kernel/tcp_stream.cpp", "bytes.size() - sent, MSG_NOSIGNAL)",
        "bytes.size() - sent, 0)", ["stress_test", "chaos_test"]),
    Bug("a_partial_send_starts_its_time_anew", "server/src/kernel/tcp_stream.cpp",
        "if (rest && (!armed_.send || *rest < *armed_.send)) set(SO_SNDTIMEO, armed_.send, rest);", "",
        ["tcp_stream_test"]),
    Bug("an_unknown_error_spins_the_accept_loop", "server/src/accept/accept_policy.cpp", "    case ECONNABORTED:\n",
        "    case ECONNABORTED:\n    case 12345:\n", ["accept_policy_test"]),

    # Who comes in
    Bug("one_seat_too_many", "server/src/limits/seats.cpp", "if (taken_ >= limit_) return std::nullopt;",
        "if (taken_ > limit_) return std::nullopt;", ["seats_test"]),
    Bug("a_seat_is_never_given_back", "server/src/limits/seats.cpp", "--taken_;", "", ["seats_test"]),
    Bug("a_free_seat_wakes_nobody", "server/src/limits/seats.cpp", "if (wake) changed_.notify_all();",
        "static_cast<void>(wake);", ["seats_test"]),
    Bug("a_source_has_one_too_many", "server/src/limits/seats.cpp", "if (it->second >= limit) {", "if (it->second > limit) {",
        ["seats_test"]),
    Bug("nobody_is_denied", "server/src/accept/admission.cpp", "if (!access_.get().admits(peer))", "if (false)",
        ["limits_test"]),
    Bug("a_tie_allows", "server/src/limits/access_list.cpp", "std::tie(left.first, right.last, right.admitted) < std::tie(right.first, left.last, left.admitted)",
        "std::tie(left.first, right.last, left.admitted) < std::tie(right.first, left.last, right.admitted)", ["access_list_test"]),
    Bug("a_mapped_address_slips_through", "server/src/limits/access_list.cpp", "const Endpoint plain = peer.unmapped();",
        "const Endpoint plain = peer;", ["access_list_test", "limits_test"]),
    Bug("the_accept_rate_does_nothing", "server/src/accept/acceptor.cpp", "const auto delay = admission_.rate_delay(now);",
        "const auto delay = std::chrono::nanoseconds::zero();", ["limits_test"]),
    Bug("the_bucket_overflows_its_burst", "server/src/limits/token_bucket.hpp", "if (elapsed > (full - credit_) / rate.per_second) return full;",
        "", ["token_bucket_test"]),

    # Parked and held connections
    Bug("a_late_event_claims_a_connection", "server/src/dispatch/park/parking_lot.cpp",
        "if (arming_of(seen) != key.arming) return nullptr;\n    switch", "switch", ["parking_lot_test"]),
    Bug("an_event_during_a_turn_is_forgotten", "server/src/dispatch/park/parking_lot.cpp", "if ((seen & noted) != 0) return false;",
        "cell.word.fetch_and(~noted);\n  seen &= ~noted;", ["parking_lot_test", "stress_test"]),
    Bug("an_end_that_came_with_data_is_left_lying", "server/src/dispatch/park/park_dispatcher.cpp", " && (event.events & doubts) == 0",
        " && (event.events & doubts) <= doubts", ["echo_test", "stress_test"]),
    Bug("what_a_bounded_turn_leaves_is_forgotten", "server/src/dispatch/park/park_dispatcher.cpp", "worker.io.last_read_was_short() && ", "",
        ["park_test"]),
    Bug("a_worker_waits_for_what_another_has_read", "server/src/dispatch/park/park_dispatcher.cpp", "connection->served <= asked)",
        "connection->served <= asked + 1000000)", ["park_test"]),
    Bug("a_worker_that_blocks_keeps_its_place", "server/src/dispatch/park/park_dispatcher.cpp",
        "    standby_.excuse(post.duty);\n    post.batch", "    post.batch", ["park_workers_test"]),
    Bug("nobody_hears_of_a_worker_that_comes_late", "server/src/dispatch/park/standby.cpp",
        "if (waits && now.is_unwatched()) unwatched_();", "static_cast<void>(now);", ["standby_test"]),
    Bug("a_call_from_standby_is_lost", "server/src/dispatch/park/standby.cpp", "wanted.standing_by > 0 && (wanted.released",
        "wanted.standing_by > 1 && (wanted.released", ["standby_test"]),
    Bug("a_signal_takes_a_worker_from_standby", "server/src/dispatch/park/standby.cpp", "waits = ::sem_wait(&calls_) != 0 && errno == EINTR",
        "waits = ::sem_wait(&calls_) == 0 && errno == EINTR", ["standby_test"]),
    Bug("turns_that_sleep_are_not_noticed", "server/src/dispatch/park/blocking_sense.hpp", "distrust_ = batches_to_trust;", "distrust_ = 0;",
        ["park_workers_test"]),
    Bug("quick_turns_take_every_worker", "server/src/dispatch/park/standby.cpp", " && state.on_duty < most_on_duty_", "",
        ["standby_test"]),
    Bug("input_already_read_is_forgotten", "server/src/session/session_io.cpp", "if (has_buffered())\n    connection_->leftover",
        "if (false)\n    connection_->leftover", ["park_test", "failing_allocations_test"]),
    Bug("what_is_left_over_waits_for_more_input", "server/src/dispatch/park/park_dispatcher.cpp", "interest |= EPOLLOUT;", "",
        ["park_test", "failing_allocations_test"]),
    Bug("idle_counts_from_the_opening", "server/src/dispatch/park/parked_limits.cpp",
        "(view.parked ? view.last_active : now) + *limits.idle", "view.opened + *limits.idle",
        ["park_test", "end_reasons_test"]),
    Bug("a_full_queue_takes_one_more", "server/src/dispatch/bounded_queue.hpp", "items_.size() < capacity_ + consumers_waiting_",
        "items_.size() <= capacity_ + consumers_waiting_", ["bounded_queue_test"]),
    Bug("a_pushed_item_wakes_nobody", "server/src/dispatch/bounded_queue.hpp", "    filled_.notify_one();", "",
        ["bounded_queue_test"]),
    Bug("a_failed_arming_keeps_the_connection", "server/src/dispatch/park/park_dispatcher.cpp",
        "    lot_.keep(key);\n    return end(place, {.reason = EndReason::reset, .error = error});",
        "    static_cast<void>(error);\n    return;", ["failing_calls_test"]),

    # Messages and their limits
    Bug("a_cut_off_line_is_an_end", "server/src/session/session_io.cpp",
        "if (result.status == IoStatus::end && begin_ == end_) return std::nullopt;",
        "if (result.status == IoStatus::end) return std::nullopt;", ["session_io_test"]),
    Bug("a_drip_restarts_the_message_limit", "server/src/session/session_io.cpp",
        "if (!message_clock_) message_clock_ = calls().now();", "message_clock_ = calls().now();", ["session_io_test"]),
    Bug("a_line_may_be_one_byte_too_long", "server/src/session/session_io.cpp", "if (length > limit) break;",
        "if (length > limit + 1) break;", ["session_io_test"]),
    Bug("every_stall_is_a_deadlock", "server/src/session/stall.hpp", "unread > 0 ?", "unread + unsent > 0 ?",
        ["session_io_test"]),

    # Ends and stopping
    Bug("nothing_lingers", "server/src/session/session_end.cpp", "return CloseMode::linger;", "return CloseMode::at_once;",
        ["echo_test", "end_reasons_test", "stop_test"]),
    Bug("a_woken_worker_goes_on_waiting", "server/src/session/session_io.cpp",
        "if (!draining_.load(std::memory_order_seq_cst)) return true;\n  end_waiting();\n  return false;", "return true;",
        ["stop_test"]),
    Bug("the_grace_period_never_ends", "server/src/server_impl.cpp", "if (lifecycle.grace_is_over()) return false;",
        "", ["stop_test"]),
    Bug("a_handler_waits_for_itself", "server/src/lifecycle.cpp", "if (owner == this)", "if (false)", ["lifecycle_test"]),
    Bug("a_stop_overtakes_the_start", "server/src/lifecycle.cpp",
        "changed_.wait(lock, [this] { return stage_ != Stage::starting; });", "", ["lifecycle_test"]),
    Bug("the_first_to_stop_takes_the_wake_signal_along", "server/src/dispatch/worker_pool.cpp", "if (wake_users++ != 0) return;",
        "++wake_users;", ["lifecycle_test"]),
    Bug("a_thread_takes_the_programs_signals", "common/src/thread.cpp", "const SignalsBlocked inherited;", "", ["lifecycle_test"]),
    Bug("a_second_listener_need_not_wait", "server/src/accept/acceptor.cpp",
        "if (!std::exchange(allowed, false) && !wait_until_allowed()) return;", "static_cast<void>(allowed);",
        ["accepting_test", "limits_test"]),
    Bug("a_kernel_that_always_refuses_spins_the_accept_loop", "server/src/accept/acceptor.cpp",
        "++failures_in_a_row_ < most_failures_in_a_row", "true", ["accepting_test"]),

    # Datagrams
    Bug("the_last_reserved_port_is_answered", "server/src/udp/datagram_admission.cpp", "port < first_unprivileged_port",
        "port + 1 < first_unprivileged_port", ["datagram_admission_test", "fuzz_datagram_path"]),
    Bug("an_ipv6_group_may_send", "server/src/udp/datagram_admission.cpp", ": first == 0xff;", ": first == 0xfe;",
        ["datagram_admission_test", "fuzz_datagram_path"]),
    Bug("an_answer_leaves_from_any_address", "server/src/udp/datagram_batch.cpp",
        "header.msg_controllen = write_source(slot);", "header.msg_controllen = 0;\n  static_cast<void>(&write_source);",
        ["datagram_batch_test", "udp_service_test"]),
    Bug("a_cut_off_datagram_is_answered", "server/src/udp/udp_loop.cpp",
        "if (batch_->truncated(i)) return DropReason::truncated;", "", ["udp_server_test"]),

    # Configuration and logging
    Bug("a_number_may_be_one_too_large", "common/src/options/units.cpp",
        "if (!value || *value > static_cast<std::uint64_t>(most.count())) return std::nullopt;",
        "if (!value || *value > static_cast<std::uint64_t>(most.count()) + 1) return std::nullopt;", ["units_test"]),
    Bug("a_wrong_file_is_applied_all_the_same", "server/daemon/reload.cpp",
        "    log_failures(next.problems);\n    return false;", "    log_failures(next.problems);", ["daemon_reload_test"],
        ["echopoold"]),
    Bug("a_damaged_probe_is_believed", "client/src/verify/probe.cpp", " || header.crc != crc_of(header)", "",
        ["fuzz_probe", "client_probe_test"]),
    Bug("a_lost_line_is_not_counted", "common/src/logging/log_feeder.cpp",
        "if (queue_.push({stamp.level, stamp.time, text})) return;\n      count_.lose(1);",
        "if (queue_.push({stamp.level, stamp.time, text})) return;", ["log_feeder_test"]),
]
