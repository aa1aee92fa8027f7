internal import Policy
internal import Wire

/// The rows of `/api/maxine/api-keys` and `/api/maxine/auth/whoami`.
enum KeyRoutes {
    static let all: [Route] = [
        Route(.get, ["api-keys"], .keyRead) { _ throws(Problem) in .slow(ListKeys()) },
        Route(.post, ["api-keys"], .keyCreate, takesBody: true) { input throws(Problem) in
            .slow(CreateKey(request: try KeyRequestBody.parse(input.body)))
        },
        Route(.get, ["api-keys", .id], .keyRead) { input throws(Problem) in
            .slow(ShowKey(id: try keyID(input)))
        },
        Route(.delete, ["api-keys", .id], .keyRevoke) { input throws(Problem) in
            .slow(RevokeKey(id: try keyID(input)))
        },
        Route(.post, ["api-keys", .id, "rotate"], .keyRotate, takesBody: true) {
            input throws(Problem) in
            .slow(
                RotateKey(
                    id: try keyID(input), graceSeconds: try KeyRequestBody.grace(input.body)))
        },
        // Everybody may ask who they are; nobody hears of others.
        Route(.get, ["auth", "whoami"], .sessionRead, isPublic: true) { _ throws(Problem) in
            .slow(WhoAmI())
        },
    ]

    private static func keyID(_ input: RouteInput) throws(Problem) -> String {
        let id = input.segment(1)
        let isName = id.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte)
        }
        // A whole key does not belong into a path, and must not come into the log from there.
        guard isName, id.utf8.count == 8 else {
            throw .malformed("an API key's id is 8 letters and digits")
        }
        return id
    }
}
