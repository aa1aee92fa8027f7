import Text

/// What the PKI module can't or won't do, besides refusing a peer.
public enum PKIError: Error, Equatable, Sendable {
    /// A trust bundle or a set of intermediates can't be used.
    case invalidBundle(String)
    /// A certificate signing request is malformed, forged or asks for what is not given.
    case invalidRequest(String)
    /// A list of revoked certificates is malformed, forged, or not the next one.
    case invalidList(String)
    /// The request is well formed, but this authority does not issue that.
    case notIssued(String)
    /// The proof of permission or of the record does not fit what is asked: a bug in the caller.
    case unproven(String)
    /// The issuing authority ends too soon for the life that is asked.
    case authorityEnding(notAfterNanoseconds: Int64)
    /// Signing, or verifying what was signed, failed.
    case signingFailed(String)
    /// Nothing answers that could sign with a key that is kept outside; it may be there again soon.
    case keyAway(String)
    /// The files of the trust domain are damaged, incomplete or do not fit the configuration.
    case unusableFiles(String)
    /// An authority does not stand where a step needs it.
    case wrongState(String)
    /// There is no authority of that key identifier.
    case unknownAuthority(String)
    /// A file operation failed.
    case fileFailed(path: String, operation: String, errno: Int32)

    /// A stable word for records and metrics.
    public var code: String {
        switch self {
        case .invalidBundle: "invalid_bundle"
        case .invalidRequest: "invalid_request"
        case .invalidList: "invalid_list"
        case .notIssued: "not_issued"
        case .unproven: "unproven"
        case .authorityEnding: "authority_ending"
        case .signingFailed: "signing_failed"
        case .keyAway: "key_away"
        case .unusableFiles: "unusable_files"
        case .wrongState: "wrong_state"
        case .unknownAuthority: "unknown_authority"
        case .fileFailed: "file_failed"
        }
    }

    /// One line for people, with what to do where that is known.
    public var message: String {
        switch self {
        case .invalidBundle(let detail): "trust bundle: \(detail)"
        case .invalidRequest(let detail): "certificate signing request: \(detail)"
        case .invalidList(let detail): "list of revoked certificates: \(detail)"
        case .notIssued(let detail), .unproven(let detail), .signingFailed(let detail),
            .unusableFiles(let detail), .wrongState(let detail), .keyAway(let detail):
            detail
        case .unknownAuthority(let keyID):
            "there is no authority \(quote(keyID)); `maxine ca show` lists them"
        case .authorityEnding(let end):
            "the issuing authority ends at \(CivilTime.rfc3339(nanoseconds: end)): rotate it first"
        case .fileFailed(let path, let operation, let code):
            "\(operation) `\(path)` failed: \(errnoText(code))"
        }
    }
}

extension PKIError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
