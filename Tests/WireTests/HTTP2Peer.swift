import CNGHTTP2
import NIOCore
import NIOEmbedded

@testable import Wire

/// The client's side of an HTTP/2 connection in memory, on the same library.
final class HTTP2Peer {
    struct Answer: Equatable {
        var fields: [String] = []
        var body = ""
        var isEnded = false
        var reset: UInt32?
        var status: String? {
            fields.first { $0.hasPrefix(":status=") }.map { String($0.dropFirst(8)) }
        }
    }

    private(set) var answers: [Int32: Answer] = [:]
    private(set) var goAway: UInt32?
    private(set) var settingsCount = 0
    private(set) var pingAcks = 0
    private var session: OpaquePointer?
    private var bodies: [Int32: [UInt8]] = [:]

    init() {
        var callbacks: OpaquePointer?
        var option: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        nghttp2_option_new(&option)
        nghttp2_option_set_no_http_messaging(option, 1)
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameLength, value, valueLength, _, user in
            guard let frame, let peer = HTTP2Peer.of(user) else { return 0 }
            let name = UnsafeRawBufferPointer(start: name, count: nameLength)
            let value = UnsafeRawBufferPointer(start: value, count: valueLength)
            peer.answers[frame.pointee.hd.stream_id, default: Answer()].fields.append(
                String(decoding: name, as: UTF8.self) + "=" + String(decoding: value, as: UTF8.self)
            )
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
            _, _, id, data, length, user in
            let bytes = UnsafeRawBufferPointer(start: data, count: length)
            HTTP2Peer.of(user)?.answers[id, default: Answer()].body +=
                String(decoding: bytes, as: UTF8.self)
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            if let frame, let peer = HTTP2Peer.of(user) { peer.took(frame.pointee) }
            return 0
        }
        nghttp2_session_client_new2(
            &session, callbacks, Unmanaged.passUnretained(self).toOpaque(), option)
        nghttp2_session_callbacks_del(callbacks)
        nghttp2_option_del(option)
        nghttp2_submit_settings(session, 0, nil, 0)
    }

    deinit { nghttp2_session_del(session) }

    private static func of(_ user: UnsafeMutableRawPointer?) -> HTTP2Peer? {
        user.map { Unmanaged<HTTP2Peer>.fromOpaque($0).takeUnretainedValue() }
    }

    private func took(_ frame: nghttp2_frame) {
        let id = frame.hd.stream_id
        let isEnd = frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch UInt32(frame.hd.type) {
        case NGHTTP2_HEADERS.rawValue, NGHTTP2_DATA.rawValue:
            if isEnd { answers[id, default: Answer()].isEnded = true }
        case NGHTTP2_RST_STREAM.rawValue:
            answers[id, default: Answer()].reset = frame.rst_stream.error_code
        case NGHTTP2_GOAWAY.rawValue: goAway = frame.goaway.error_code
        case NGHTTP2_SETTINGS.rawValue: settingsCount += 1
        case NGHTTP2_PING.rawValue: pingAcks += 1
        default: break
        }
    }

    static let get = [
        (":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "a"),
    ]

    static func fields(_ path: String, method: String = "GET") -> [(String, String)] {
        [(":method", method), (":scheme", "https"), (":path", path), (":authority", "a")]
    }

    /// Submits a request; with `body` nil it ends with its head.
    @discardableResult
    func request(_ fields: [(String, String)], body: String? = nil, ends: Bool = true) -> Int32 {
        var memory: [UnsafeMutablePointer<UInt8>] = []
        func copy(_ text: String) -> UnsafeMutablePointer<UInt8> {
            let pointer = UnsafeMutablePointer<UInt8>.allocate(capacity: text.utf8.count + 1)
            for (index, byte) in text.utf8.enumerated() { pointer[index] = byte }
            memory.append(pointer)
            return pointer
        }
        defer { memory.forEach { $0.deallocate() } }
        var list = fields.map { name, value in
            nghttp2_nv(
                name: copy(name), value: copy(value), namelen: name.utf8.count,
                valuelen: value.utf8.count, flags: 0)
        }
        guard let body else {
            if ends { return nghttp2_submit_request(session, nil, &list, list.count, nil, nil) }
            return nghttp2_submit_headers(session, 0, -1, nil, &list, list.count, nil)
        }
        var provider = nghttp2_data_provider()
        provider.read_callback = { _, id, buffer, length, flags, _, user in
            guard let peer = HTTP2Peer.of(user), let buffer, let flags else { return -1 }
            var left = peer.bodies[id] ?? []
            let count = min(length, left.count)
            for index in 0..<count { buffer[index] = left[index] }
            left.removeFirst(count)
            peer.bodies[id] = left
            if left.isEmpty { flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue) }
            return count
        }
        let id = nghttp2_submit_request(session, nil, &list, list.count, &provider, nil)
        bodies[id] = Array(body.utf8)
        return id
    }

    func reset(_ id: Int32, _ code: UInt32 = 8) { nghttp2_submit_rst_stream(session, 0, id, code) }

    func ping() { nghttp2_submit_ping(session, 0, nil) }

    func sendSettings() { nghttp2_submit_settings(session, 0, nil, 0) }

    /// All bytes that the peer has to send now.
    func bytes() -> ByteBuffer {
        var out = ByteBuffer()
        var data: UnsafePointer<UInt8>?
        while true {
            let count = nghttp2_session_mem_send(session, &data)
            guard count > 0 else { return out }
            out.writeBytes(UnsafeRawBufferPointer(start: data, count: count))
        }
    }

    func take(_ buffer: ByteBuffer) {
        buffer.withUnsafeReadableBytes { bytes in
            _ = nghttp2_session_mem_recv(
                session, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        }
    }

    /// Lets both sides talk until nobody has anything to say.
    func talk(to channel: EmbeddedChannel) throws {
        for _ in 0..<1000 {
            let sent = bytes()
            if sent.readableBytes > 0, channel.isActive { try channel.writeInbound(sent) }
            let back = try channel.outboundBytes()
            take(back)
            if sent.readableBytes == 0, back.readableBytes == 0 { return }
        }
    }
}

/// Frames made by hand.
enum RawFrame {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    static func make(_ type: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8]) -> [UInt8]
    {
        let length = payload.count
        return [
            UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags,
            UInt8(stream >> 24 & 127), UInt8(stream >> 16 & 255), UInt8(stream >> 8 & 255),
            UInt8(stream & 255),
        ] + payload
    }

    /// The frames of one side's bytes.
    static func read(_ buffer: ByteBuffer) -> [(type: UInt8, stream: UInt32, payload: [UInt8])] {
        var buffer = buffer
        var frames: [(type: UInt8, stream: UInt32, payload: [UInt8])] = []
        while let head = buffer.readBytes(length: 9) {
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            let stream = head[5...8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
            frames.append((head[3], stream, buffer.readBytes(length: length) ?? []))
        }
        return frames
    }

    static let settings = make(4, stream: 0, [])

    /// A literal field without indexing.
    static func field(_ name: String, _ value: String) -> [UInt8] {
        [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)]
            + Array(value.utf8)
    }

    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { field($0.0, $0.1) }
    }
}
