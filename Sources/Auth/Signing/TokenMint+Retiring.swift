public import Audit
internal import PKI
public import Policy
internal import Proofs
internal import Text

/// Which of the keys of our tokens are meant.
public enum TokenKeySelection: Sendable, Equatable {
    /// All that there are: for a file that somebody may have read.
    case all
    /// The one of a name.
    case one(String)

    /// The resource of operations on them.
    public var resourceID: String {
        switch self {
        case .all: "token-keys"
        case .one(let name): "token-keys/\(name)"
        }
    }

    /// Whether a text may be a key's name: a SHA-256 in base64url (RFC 7638).
    public static func isName(_ text: String) -> Bool { Base64URL.decode(text.utf8)?.count == 32 }
}

/// Keys of our tokens that were retired, and the one that signs now.
public struct RetiredTokenKeys: Sendable {
    /// The names of the retired ones.
    public let names: [String]
    /// The name of the one that signs.
    public let signs: String

    /// What the outcome record says.
    public var detail: [UInt8] { TokenKeyReplay.detail(retiring: names, signs: signs) }
}

extension TokenMint {
    /// What the intent record says of the keys that are meant and there now; nil where there are none.
    public func detail(retiring selection: TokenKeySelection) -> [UInt8]? {
        let names = names(selection)
        return names.isEmpty ? nil : TokenKeyReplay.detail(retiring: names)
    }

    /// Takes keys their worth: tokens that they signed are refused from the next request on, also after a crash and with an old file.
    ///
    /// - Returns: Which; nil where there is none of that name.
    /// - Throws: ``AuthError`` where the file can't be written; the keys are retired all the same, and the log has it.
    public func retireKeys(
        _ selection: TokenKeySelection, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) throws(AuthError) -> RetiredTokenKeys? {
        let wanted = WantedOperation(.caRevoke, id: selection.resourceID)
        if case .failure(let mismatch) = Clearance.check(permit, receipt, for: wanted) {
            throw .unproven(mismatch.reason)
        }
        // Also where it throws: what was known of tokens is void from then on.
        defer { authenticator.forgetVerdicts() }
        do throws(PKIError) {
            let names = try own.keys.retire(names(selection), nowNanoseconds: now)
            guard !names.isEmpty, let signs = own.keys.published.first else { return nil }
            return RetiredTokenKeys(names: names, signs: signs.keyID)
        } catch {
            throw .store(
                "the keys are retired and their tokens refused, and \(own.keys.path) can't be written:"
                    + " \(error); until it can be, no token is made")
        }
    }

    private func names(_ selection: TokenKeySelection) -> [String] {
        let all = own.keys.published.map(\.keyID)
        switch selection {
        case .all: return all
        case .one(let name): return all.filter { $0.isExactly(name) }
        }
    }
}
