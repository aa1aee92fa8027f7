/// Finds API keys in bytes that come in parts: what has a key's form and checksum, and nothing else.
public struct APIKeyScanner: Sendable {
    /// A key, and where it begins; its secret is left where it is.
    public struct Finding: Sendable, Equatable {
        /// The public id.
        public let id: String
        /// The line, from 1.
        public let line: Int
        /// The byte of the line, from 1.
        public let column: Int
    }

    /// The end of what came, which may be the beginning of a key.
    private var rest: [UInt8] = []
    private var line = 1
    private var column = 1

    /// Begins at the first byte of the first line.
    public init() {}

    /// Looks through the next part; a key that stands across two is found with the second.
    public mutating func scan(_ part: some Sequence<UInt8>) -> [Finding] {
        let bytes = rest + part
        var found: [Finding] = []
        var place = 0
        while bytes.count - place >= APIKeyText.count {
            if bytes[place] == UInt8(ascii: "m"),
                let key = APIKeyText(parsing: bytes[place..<place + APIKeyText.count])
            {
                found.append(Finding(id: key.id, line: line, column: column))
            }
            if bytes[place] == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else {
                column += 1
            }
            place += 1
        }
        rest = Array(bytes[place...])
        return found
    }
}
