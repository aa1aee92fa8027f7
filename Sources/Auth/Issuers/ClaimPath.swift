internal import StrictJSON
internal import Text

/// Where a claim stands: its name, or a JSON Pointer (RFC 6901) where it is inside of others, as `/realm_access/roles`.
public struct ClaimPath: Sendable, Equatable {
    /// As it is written.
    public let text: String
    private let steps: [String]

    /// Takes any text; one that begins with `/` is a pointer.
    public init(_ text: String) {
        self.text = text
        guard text.utf8.first == UInt8(ascii: "/") else {
            steps = [text]
            return
        }
        steps = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }

    /// Whether both are written with the same code units.
    public static func == (left: ClaimPath, right: ClaimPath) -> Bool {
        left.text.isExactly(right.text)
    }

    /// The claim that the path begins with.
    var root: String { steps.first ?? "" }

    /// What stands there, nil for nothing; elements of lists have no path.
    func value(in claims: JSONValue) -> JSONValue? {
        var place: JSONValue? = claims
        for step in steps { place = place?[step] }
        return place
    }

    /// The one text that stands there.
    func text(in claims: JSONValue) -> String? { value(in: claims)?.string }

    /// The text that stands there, or the texts of a list; nil where there is anything else.
    func texts(in claims: JSONValue) -> [String]? {
        switch value(in: claims) {
        case nil: return []
        case .string(let text): return [text]
        case .array(let items):
            let texts = items.compactMap(\.string)
            return texts.count == items.count ? texts : nil
        case .null, .bool, .number, .object: return nil
        }
    }
}
