import Crypto
import NIOConcurrencyHelpers
import Text

/// The serial numbers of certificates that our authorities have issued and that have not ended, each with whose it is and since when.
///
/// It is what others ask about a certificate, and kept only where somebody is answered.
/// By authority and hour of the end, as ``IssuedCertificates``, so that forgetting drops whole tables.
public final class IssuedSerials: Sendable {
    /// What is known of one.
    struct Leaf: Sendable {
        let identity: IdentityDigest
        let issuedSeconds: UInt32
    }

    typealias Table = [SerialNumber: Leaf]

    private let founding: String
    private let state = NIOLockedValueBox<[String: [Int64: [Table]]]>([:])
    /// So that no table grows so large that its growth is felt.
    private static let parts = 8

    /// Knows of none yet.
    ///
    /// - Parameter founding: Which authority signed what records say that were written before they named one.
    init(founding: String) { self.founding = founding }

    /// Takes one that was issued.
    ///
    /// - Parameters:
    ///   - serial: In hexadecimal.
    ///   - issuerKeyID: The key identifier of the authority; nil in records of earlier versions.
    ///   - spiffeID: Whose it is.
    ///   - issuedSeconds: When it was issued.
    ///   - endNanoseconds: When it ends.
    public func insert(
        serial: String, issuerKeyID: String?, spiffeID: String, issuedSeconds: Int64,
        endNanoseconds: Int64
    ) {
        guard let serial = SerialNumber(hex: serial) else { return }
        let leaf = Leaf(
            identity: IdentityDigest(spiffeID), issuedSeconds: UInt32(clamping: issuedSeconds))
        let hour = Self.hour(of: endNanoseconds)
        let part = Int(serial.low % UInt64(Self.parts))
        state.withLockedValue { state in
            state[issuerKeyID ?? founding, default: [:]][
                hour, default: Array(repeating: [:], count: Self.parts)][part][serial] = leaf
        }
    }

    /// Whether one is to be known that ends then.
    public static func holds(endNanoseconds end: Int64, nowNanoseconds now: Int64) -> Bool {
        let (kept, overflow) = end.addingReportingOverflow(
            PKILimits.endedListedSeconds * PKILimits.nanosecondsPerSecond)
        return overflow || now <= kept
    }

    /// How many there are.
    public var count: Int {
        state.withLockedValue { state in
            state.values.reduce(0) { $0 + $1.values.joined().reduce(0) { $0 + $1.count } }
        }
    }

    /// What is known of a certificate that an authority issued; nil where it issued none of that number.
    func leaf(_ serial: SerialNumber, of issuerKeyID: String) -> Leaf? {
        let part = Int(serial.low % UInt64(Self.parts))
        return state.withLockedValue { state in
            for tables in (state[issuerKeyID] ?? [:]).values {
                if let leaf = tables[part][serial] { return leaf }
            }
            return nil
        }
    }

    /// Whether any authority issued it.
    func isKnown(_ serial: SerialNumber) -> Bool {
        let issuers = state.withLockedValue { Array($0.keys) }
        return issuers.contains { leaf(serial, of: $0) != nil }
    }

    /// All that an authority issued, to be gone through without holding anybody up.
    func tables(of issuerKeyID: String) -> [Table] {
        state.withLockedValue { Array(($0[issuerKeyID] ?? [:]).values.joined()) }
    }

    /// Forgets those that ended so long ago that a list was made since.
    func forgetEnded(nowNanoseconds now: Int64) {
        let hour = Self.hour(of: now) - PKILimits.endedListedSeconds / 3600
        state.withLockedValue { state in
            for (issuer, tables) in state where tables.keys.contains(where: { $0 < hour }) {
                let left = tables.filter { $0.key >= hour }
                state[issuer] = left.isEmpty ? nil : left
            }
        }
    }

    private static func hour(of nanoseconds: Int64) -> Int64 {
        nanoseconds / (3600 * PKILimits.nanosecondsPerSecond)
    }
}

/// The first 8 bytes of the SHA-256 of a SPIFFE ID: whose a certificate is, as far as revocation has to tell them apart.
struct IdentityDigest: Hashable, Sendable {
    private let word: UInt64

    init(_ spiffeID: String) {
        word = SHA256.hash(data: Array(spiffeID.utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// A serial number of at most 16 bytes, as all are that we make.
struct SerialNumber: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// Nil for one that is longer than any of ours.
    init?(_ bytes: some Collection<UInt8>) {
        let bytes = bytes.drop { $0 == 0 }
        guard bytes.count <= 16 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for byte in bytes {
            words = (words.0 << 8 | words.1 >> 56, words.1 << 8 | UInt64(byte))
        }
        (high, low) = words
    }

    /// From hexadecimal digits, an even number of them.
    init?(hex: String) {
        guard let bytes = hexBytes(hex) else { return nil }
        self.init(bytes)
    }

    var bytes: [UInt8] {
        [high, low].flatMap { word in
            withUnsafeBytes(of: word.bigEndian) { Array($0) }
        }
    }

    /// They are as good as random, so one word is enough.
    func hash(into hasher: inout Hasher) { hasher.combine(low) }
}
