internal import Crypto
internal import Foundation
internal import Registry

/// The native API's `next`: the key of the last entry of a page, and a check of it and of the list that it belongs to.
///
/// The check finds what was cut, mistyped or taken from another list. It keeps no secret and needs none: every page is
/// judged like the first, and whoever makes a cursor up gets a part of a list that they may read whole. So it
/// stays good when the gateway starts anew.
struct ListCursor {
    let key: String

    private static let checkBytes = 12

    init(_ key: String) {
        self.key = key
    }

    /// Reads what a client sent back.
    init(_ text: String, of list: [String?]) throws(Problem) {
        let coded = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - coded.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: coded + padding), bytes.count > Self.checkBytes,
            let key = String(validating: bytes.dropFirst(Self.checkBytes), as: UTF8.self),
            ListCursor(key).text(of: list).utf8.elementsEqual(text.utf8)
        else {
            throw .malformed(
                "next is no cursor of this list; give what the page before had as next, with the same"
                    + " path and filters, or begin without it")
        }
        self.key = key
    }

    /// The cursor as an answer of a list shows it; the list is all that says what is in it.
    func text(of list: [String?]) -> String {
        var hash = SHA256()
        for part in list + [key] {
            // No part holds a zero byte, so none can pass for two.
            hash.update(data: Array((part ?? "").utf8) + [0])
        }
        let bytes = Array(hash.finalize().prefix(Self.checkBytes)) + Array(key.utf8)
        return Data(bytes).base64EncodedString().replacing("+", with: "-")
            .replacing("/", with: "_").replacing("=", with: "")
    }
}

extension ListServices {
    /// What tells this list from others.
    var list: [String?] { ["services", namespace] }
}

extension ListKeys {
    /// What tells this list from others.
    static var list: [String?] { ["keys"] }
}

extension ListHolds {
    /// What tells this list from others.
    static var list: [String?] { ["holds"] }
}

extension ListLocks {
    /// What tells this list from others.
    static var list: [String?] { ["locks"] }
}

extension ListRoles {
    /// What tells this list from others.
    static var list: [String?] { ["roles"] }
}

extension ReadUserRoles {
    /// What tells this list from others.
    static var list: [String?] { ["user-roles"] }
}

extension ListInstances {
    /// What tells this list from others.
    var list: [String?] {
        let version = filter.version.map {
            "\($0.major).\($0.minor).\($0.patch)-\($0.prerelease)"
        }
        return ["instances", namespace, service, version, filter.health?.rawValue] + filter.tags
    }
}
