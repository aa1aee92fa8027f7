import CNGHTTP2

extension HTTP2Session {
    /// Makes the library's session with its limits and callbacks.
    static func make(_ limits: Limits, owner: UnsafeMutableRawPointer) -> OpaquePointer? {
        var callbacks: OpaquePointer?
        var option: OpaquePointer?
        guard nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
        defer { nghttp2_session_callbacks_del(callbacks) }
        guard nghttp2_option_new(&option) == 0 else { return nil }
        defer { nghttp2_option_del(option) }
        let http2 = limits.http2
        nghttp2_option_set_stream_reset_rate_limit(option, http2.resetBurst, http2.resetsPerSecond)
        nghttp2_option_set_max_continuations(option, http2.continuationsMax)
        nghttp2_option_set_max_outbound_ack(option, http2.outboundAcknowledgementsMax)
        nghttp2_option_set_max_settings(option, http2.settingsEntriesMax)
        nghttp2_option_set_peer_max_concurrent_streams(option, 0)
        nghttp2_option_set_no_closed_streams(option, 1)
        register(callbacks)
        var session: OpaquePointer?
        guard nghttp2_session_server_new2(&session, callbacks, owner, option) == 0 else {
            return nil
        }
        return session
    }

    private static func register(_ callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, frame, user in
            HTTP2Session.of(user)?.onFrameHeader(frame) ?? 0
        }
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
            HTTP2Session.of(user)?.onBeginHeaders(frame) ?? 0
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameLength, value, valueLength, _, user in
            HTTP2Session.of(user)?.onHeader(
                frame, UnsafeRawBufferPointer(start: name, count: nameLength),
                UnsafeRawBufferPointer(start: value, count: valueLength)) ?? 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            HTTP2Session.of(user)?.onFrame(frame) ?? 0
        }
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) {
            _, frame, _, user in
            HTTP2Session.of(user)?.onInvalidFrame(frame) ?? 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
            _, _, id, data, length, user in
            HTTP2Session.of(user)?.onData(id, UnsafeRawBufferPointer(start: data, count: length))
                ?? 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, error, user in
            HTTP2Session.of(user)?.onStreamClose(id, error) ?? 0
        }
        nghttp2_session_callbacks_set_send_data_callback(callbacks) {
            _, frame, header, length, source, user in
            HTTP2Session.of(user)?.onSendData(frame, header, length, source) ?? 0
        }
    }

    /// The session that the library's user data stands for: it outlives every call into the library.
    @inline(__always)
    private static func of(_ user: UnsafeMutableRawPointer?) -> HTTP2Session? {
        user.map { Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
    }
}
