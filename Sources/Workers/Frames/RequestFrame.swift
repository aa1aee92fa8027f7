/// What a worker is asked: JSON, and beside it secrets, which so pass through no text.
///
/// On the wire: the length of the JSON and the length of all secrets with theirs (four bytes each, big-endian), the milliseconds
/// that the worker has (eight bytes), the JSON, then each secret after its length (four bytes).
public struct RequestFrame: Sendable, Equatable {
    /// The request.
    public var json: [UInt8]
    /// Passwords, in the order that the request says.
    public var secrets: [[UInt8]]
    /// What the worker has until it must have answered.
    public var milliseconds: Int64

    /// Puts a request together.
    public init(json: [UInt8], secrets: [[UInt8]] = [], milliseconds: Int64) {
        self.json = json
        self.secrets = secrets
        self.milliseconds = milliseconds
    }

    static let headBytes = 16

    /// The bytes that are sent; nil where it is larger than a worker takes.
    func encoded() -> [UInt8]? {
        let secretBytes = secrets.reduce(0) { $0 + $1.count + 4 }
        guard json.count <= WorkerLimits.requestBytesMax, secrets.count <= WorkerLimits.secretsMax,
            secretBytes <= WorkerLimits.secretBytesMax
        else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headBytes + json.count + secretBytes)
        bytes.appendLength(json.count)
        bytes.appendLength(secretBytes)
        bytes.appendLength(Int(truncatingIfNeeded: milliseconds >> 32))
        bytes.appendLength(Int(truncatingIfNeeded: milliseconds))
        bytes += json
        for secret in secrets {
            bytes.appendLength(secret.count)
            bytes += secret
        }
        return bytes
    }

    /// How many bytes follow a head; nil where they are more than is taken.
    static func length(_ head: [UInt8]) -> (json: Int, secrets: Int, milliseconds: Int64)? {
        guard head.count == headBytes else { return nil }
        let json = count(head[0..<4])
        let secrets = count(head[4..<8])
        let milliseconds = Int64(count(head[8..<12])) << 32 | Int64(count(head[12..<16]))
        guard json <= WorkerLimits.requestBytesMax, secrets <= WorkerLimits.secretBytesMax,
            milliseconds >= 0
        else { return nil }
        return (json, secrets, milliseconds)
    }

    /// Takes the secrets apart; nil where their lengths don't fit.
    static func secrets(_ bytes: [UInt8]) -> [[UInt8]]? {
        var secrets: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard rest.count >= 4, secrets.count < WorkerLimits.secretsMax else { return nil }
            let length = count(rest.prefix(4))
            rest = rest.dropFirst(4)
            guard length <= rest.count else { return nil }
            secrets.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return secrets
    }

    static func count(_ bytes: some Sequence<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}

extension [UInt8] {
    /// Appends the low four bytes of a number, the highest first.
    mutating func appendLength(_ count: Int) {
        for shift in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: count >> shift)) }
    }
}
