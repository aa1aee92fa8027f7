/// What a parser accepts at most; over a limit is an error, never a trap.
public struct JSONLimits: Sendable {
    /// The longest text, in bytes.
    public var bytesMax: Int
    /// The deepest nesting of arrays and objects.
    public var depthMax: Int
    /// The most values in the whole text.
    public var valuesMax: Int

    /// Makes limits of the given sizes.
    public init(bytesMax: Int, depthMax: Int, valuesMax: Int) {
        self.bytesMax = bytesMax
        self.depthMax = depthMax
        self.valuesMax = valuesMax
    }

    /// Fits request bodies: 1 MiB, 32 levels, 100,000 values.
    public static let standard = JSONLimits(
        bytesMax: 1 << 20, depthMax: 32, valuesMax: 100_000)
}

/// Says what is wrong with a JSON text and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The line of the first offending byte, from 1.
    public let line: Int
    /// The column of that byte in its line, in bytes from 1.
    public let column: Int
    /// What is wrong: lower case, no full stop.
    public let message: String

    /// `line L, column C: message`.
    public var description: String { "line \(line), column \(column): \(message)" }
}
