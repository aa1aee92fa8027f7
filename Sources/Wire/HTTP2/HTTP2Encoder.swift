import CNGHTTP2
import NIOCore

/// Hands answers to the library as header lists (RFC 9113 section 8.3).
enum HTTP2Encoder {
    /// Fields besides the further ones: status, date, type, length, request, audit.
    private static let ownFields = 6

    /// Queues HEADERS and, with a body, DATA.
    static func submit(
        _ response: borrowing Response, to session: OpaquePointer, _ id: Int32, sendsBody: Bool,
        isStreamed: Bool = false, date: HTTPDate
    ) -> Int32 {
        date.refresh()
        let status = min(max(response.status, 200), 999)
        let count = response.body.count
        return withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { scratch in
            var pen = Pen(scratch)
            pen.decimal(Int(status))
            pen.decimal(count)
            let text = UnsafeRawBufferPointer(scratch)
            return withUnsafeTemporaryAllocation(
                of: nghttp2_nv.self, capacity: ownFields + response.fields.count
            ) { list in
                var list = HeaderList(list)
                list.add(":status", Bytes.part(text, 0, 3))
                list.add("date", date.text)
                if response.mayHaveBody {
                    if count > 0 || isStreamed, let type = response.contentType {
                        list.add(
                            "content-type",
                            UnsafeRawBufferPointer(
                                start: type.utf8Start, count: type.utf8CodeUnitCount))
                    }
                    if !isStreamed {
                        list.add("content-length", Bytes.part(text, 3, pen.count))
                    }
                }
                return response.requestID.withBytes { request in
                    response.audit.withBytes { audit in
                        if !request.isEmpty { list.add("x-request-id", request, isUnique: true) }
                        if !audit.isEmpty { list.add("maxine-audit", audit, isUnique: true) }
                        return add(response.fields[...], to: &list) { list in
                            submit(list, to: session, id, sendsBody: sendsBody)
                        }
                    }
                }
            }
        }
    }

    /// Adds the further fields one by one, each inside the closure that keeps its bytes in place.
    private static func add(
        _ fields: ArraySlice<Response.Field>, to list: inout HeaderList,
        then submit: (borrowing HeaderList) -> Int32
    ) -> Int32 {
        guard let field = fields.first else { return submit(list) }
        guard field.isSafe else { return add(fields.dropFirst(), to: &list, then: submit) }
        return field.value.withUnsafeReadableBytes { value in
            list.add(field.name, value)
            return add(fields.dropFirst(), to: &list, then: submit)
        }
    }

    private static func submit(
        _ list: borrowing HeaderList, to session: OpaquePointer, _ id: Int32, sendsBody: Bool
    ) -> Int32 {
        guard sendsBody else {
            return nghttp2_submit_response(session, id, list.start, list.count, nil)
        }
        var provider = nghttp2_data_provider()
        provider.read_callback = { _, id, _, length, flags, _, user in
            guard let user else { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
            return Unmanaged<HTTP2Session>.fromOpaque(user).takeUnretainedValue()
                .onReadData(id, length, flags)
        }
        return nghttp2_submit_response(session, id, list.start, list.count, &provider)
    }

    /// Queues the interim answer to `expect: 100-continue`.
    static func submitContinue(_ session: OpaquePointer?, _ id: Int32) {
        let text: StaticString = "100"
        withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: 1) { memory in
            var list = HeaderList(memory)
            list.add(":status", UnsafeRawBufferPointer(start: text.utf8Start, count: 3))
            nghttp2_submit_headers(session, 0, id, nil, list.start, list.count, nil)
        }
    }
}

/// A header list in memory that its maker lends.
struct HeaderList {
    private let memory: UnsafeMutableBufferPointer<nghttp2_nv>
    private(set) var count = 0

    init(_ memory: UnsafeMutableBufferPointer<nghttp2_nv>) {
        self.memory = memory
    }

    var start: UnsafeMutablePointer<nghttp2_nv>? { memory.baseAddress }

    /// Adds a field; one whose value no other answer has is kept out of the compression table.
    @inline(__always)
    mutating func add(_ name: StaticString, _ value: UnsafeRawBufferPointer, isUnique: Bool = false)
    {
        guard count < memory.count else { return }
        var flags = UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue)
        if isUnique { flags |= UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue) }
        memory[count] = nghttp2_nv(
            name: UnsafeMutablePointer(mutating: name.utf8Start),
            value: UnsafeMutablePointer(
                mutating: value.assumingMemoryBound(to: UInt8.self).baseAddress),
            namelen: name.utf8CodeUnitCount, valuelen: value.count, flags: flags)
        count += 1
    }
}
