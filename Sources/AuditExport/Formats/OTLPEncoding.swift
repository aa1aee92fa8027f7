/// OTLP requests for those who send them: `POST /v1/logs` with `application/x-protobuf`.
public enum OTLPEncoding {
    /// Many events as one protocol-buffer request.
    public static func protobuf(_ events: [AuditEvent]) -> [UInt8] {
        OTLPProtobuf.request(events)
    }
}
