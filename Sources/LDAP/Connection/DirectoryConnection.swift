internal import CLDAP
internal import Glibc
internal import Time

/// One connection to a directory, on a descriptor that the gateway has opened and protects; libldap speaks on it.
///
/// INVARIANT: never outside of a worker. It follows no referral and resolves no alias.
final class DirectoryConnection {
    let handle: OpaquePointer
    private let deadline: Int64

    /// Takes a descriptor over.
    ///
    /// - Parameters:
    ///   - descriptor: A stream, which is closed with the connection.
    ///   - deadline: Until when all is done, by the elapsed clock.
    /// - Throws: `DirectoryFault.broken`.
    init(descriptor: Int32, until deadline: Int64) throws(DirectoryFault) {
        var made: OpaquePointer?
        // The name is never resolved and never compared: TLS ends before this descriptor.
        let code = ldap_init_fd(descriptor, LDAP_PROTO_TCP, "ldap://directory", &made)
        guard code == LDAP_SUCCESS, let made else {
            close(descriptor)
            throw .broken("no LDAP session: \(Self.text(code))")
        }
        handle = made
        self.deadline = deadline
        var version = LDAP_VERSION3
        var deref = LDAP_DEREF_NEVER
        let isSet =
            ldap_set_option(made, LDAP_OPT_PROTOCOL_VERSION, &version) == 0
            && ldap_set_option(made, LDAP_OPT_DEREF, &deref) == 0
            && directory_set_off(made, LDAP_OPT_REFERRALS) == 0
            && directory_limit_message(made, DirectoryLimits.messageBytesMax) == 0
        guard isSet else { throw .broken("no LDAP session: an option was not taken") }
    }

    deinit { ldap_unbind_ext(handle, nil, nil) }

    /// Waits for the next message of a request.
    func result(of message: Int32) throws(DirectoryFault) -> (kind: Int32, message: OpaquePointer) {
        let left = Span.between(Clocks.system.elapsed(), deadline)
        guard left > 0 else { throw .broken("the directory does not answer in time") }
        var time = timeval(
            tv_sec: Int(left / 1_000_000_000), tv_usec: Int(left % 1_000_000_000) / 1000)
        var got: OpaquePointer?
        let kind = ldap_result(handle, message, Int32(LDAP_MSG_ONE), &time, &got)
        guard kind > 0, let got else {
            throw .broken(
                kind == 0
                    ? "the directory does not answer in time"
                    : "the directory ended the connection, or sent what is no LDAP")
        }
        return (kind, got)
    }

    static func text(_ code: Int32) -> String {
        ldap_err2string(code).map { String(cString: $0) } ?? "code \(code)"
    }

    /// Text of the directory's own, for a message.
    static func cut(_ text: UnsafeMutablePointer<CChar>?) -> String {
        guard let text else { return "" }
        defer { ldap_memfree(text) }
        let bytes = UnsafeBufferPointer(
            start: text, count: min(strlen(text), DirectoryLimits.diagnosticBytesMax))
        return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
