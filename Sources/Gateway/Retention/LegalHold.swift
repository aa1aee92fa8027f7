internal import StrictJSON

/// What a legal hold is to be: its name, why, and which records of the log it is on.
package struct HoldPlan: Equatable, Sendable {
    /// What it is called; there is one of a name.
    package let name: String
    /// Why, in a line.
    package let reason: String
    /// The first record that it covers; nil for all from the first one on.
    package let first: UInt64?
    /// The last record that it covers; nil for all to come, too.
    package let last: UInt64?

    /// Whether a text can be a hold's name: up to 64 of a-z, 0-9, `-`, `.` and `_`, beginning with a letter or digit.
    static func canBeName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...HoldLimits.nameBytesMax).contains(bytes.count) else { return false }
        let isPlain = { (byte: UInt8) in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
        }
        return isPlain(bytes[0])
            && bytes.allSatisfy { isPlain($0) || [0x2D, 0x2E, 0x5F].contains($0) }
    }

    /// What its intent says, from which every later start knows it.
    var detail: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"hold\":\"add\",\"reason\":")
        writer.string(reason)
        if let first {
            writer.raw(",\"from\":")
            writer.integer(first)
        }
        if let last {
            writer.raw(",\"to\":")
            writer.integer(last)
        }
        writer.raw("}")
        return writer.bytes
    }

    /// What the intent of its end says.
    static let removalDetail = Array("{\"hold\":\"remove\"}".utf8)

    /// What act of making and ending it is on; no erasing is on such a thing.
    static func resourceID(_ name: String) -> String { prefix + name }

    static let prefix = "hold:"

    /// Reads such a detail; nil for another.
    init?(_ name: String, detail: JSONValue) {
        guard detail["hold"]?.string == "add", let reason = detail["reason"]?.string else {
            return nil
        }
        self.init(
            name: name, reason: reason, first: Self.number(detail["from"]),
            last: Self.number(detail["to"]))
    }

    package init(name: String, reason: String, first: UInt64?, last: UInt64?) {
        self.name = name
        self.reason = reason
        self.first = first
        self.last = last
    }

    private static func number(_ value: JSONValue?) -> UInt64? {
        value?.integer.flatMap { UInt64(exactly: $0) }
    }

    /// Whether it is on any of some records.
    package func covers(_ records: ClosedRange<UInt64>) -> Bool {
        (first ?? 0) <= records.upperBound && records.lowerBound <= (last ?? .max)
    }
}

/// A legal hold in force: nothing of the log that it covers is taken away, and nobody is erased.
package struct LegalHold: Equatable, Sendable {
    /// What it is.
    package let plan: HoldPlan
    /// The record by which it holds.
    package let sequence: UInt64
    /// When that was written, nanoseconds since 1970.
    package let madeNanoseconds: Int64
}

/// Bounds of legal holds.
enum HoldLimits {
    /// The longest name of one.
    static let nameBytesMax = 64
    /// How many there may be at once.
    static let holdsMax = 1000
}
