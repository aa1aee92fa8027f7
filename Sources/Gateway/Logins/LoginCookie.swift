internal import Wire

/// A sign-on that a browser has under way, as its cookie; each has one of its own.
///
/// Lax suffices where a browser comes back by a link, which brings such cookies along; a form of another site brings those only that
/// say so.
struct LoginCookie: Sendable {
    /// What names the sign-on.
    let name: String
    /// What was sealed.
    let value: [UInt8]

    private static let prefix: StaticString = "__Host-maxine-login-"
    private static let attributes = "; Path=/; Secure; HttpOnly; SameSite="

    /// The value of `Set-Cookie` that has the browser keep it.
    var field: String { field("Lax") }

    /// The same for an answer that comes as a form of another site.
    var crossSiteField: String { field("None") }

    /// The value of `Set-Cookie` that takes it away.
    var cleared: String { "\(Self.prefix)\(name)=\(Self.attributes)Lax; Max-Age=0" }

    private func field(_ site: String) -> String {
        "\(Self.prefix)\(name)=\(String(decoding: value, as: UTF8.self))\(Self.attributes)\(site);"
            + " Max-Age=\(LoginBounds.loginSeconds)"
    }

    /// Those of a request; other cookies are passed over.
    static func all(in request: Request) -> [LoginCookie] {
        guard request.has(.cookie) else { return [] }
        let prefix = Array("\(Self.prefix)".utf8)
        var found: [LoginCookie] = []
        request.forEachHeader { field, value in
            guard KnownHeader.cookie.isName(field) else { return }
            for part in value.split(separator: UInt8(ascii: ";")) {
                let pair = part.drop { $0 == UInt8(ascii: " ") }
                guard pair.starts(with: prefix), found.count < LoginBounds.cookiesMax,
                    let equals = pair.firstIndex(of: UInt8(ascii: "="))
                else { continue }
                let name = pair[..<equals].dropFirst(prefix.count)
                guard (1...LoginBounds.cookieNameBytesMax).contains(name.count),
                    name.allSatisfy(isOfAName)
                else { continue }
                found.append(
                    LoginCookie(
                        name: String(decoding: name, as: UTF8.self),
                        value: Array(pair[(equals + 1)...])))
            }
        }
        return found
    }

    private static func isOfAName(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x2D
            || byte == 0x5F
    }
}

/// Where a browser is sent, and the cookies that it takes along.
struct Redirection: Sendable {
    let address: String
    let cookies: [String]
}
