internal import Auth
internal import Wire

/// The rows of `/api/maxine/api-keys`.
enum KeyRoutes {
    static let all: [Route] = life + classic

    private static let life: [Route] = [
        Route(
            .get, ["api-keys"], query: ["limit", "next"],
            decode: { input throws(Problem) in try Parameters(input).listKeys() },
            encode: KeyAnswers.list),
        Route(
            .post, ["api-keys"], takesBody: true,
            sample: RouteSample(body: #"{"name":"ci","scopes":["registry:read"]}"#),
            decode: { input throws(Problem) in
                CreateKey(plan: try KeyBody(input.body).plan())
            }, encode: KeyAnswers.created),
        Route(
            .get, ["api-keys", .id], sample: sample,
            decode: { input throws(Problem) in ShowKey(id: try keyID(input)) },
            encode: KeyAnswers.shown),
        Route(
            .delete, ["api-keys", .id], sample: sample,
            decode: { input throws(Problem) in RevokeKey(id: try keyID(input)) },
            encode: KeyAnswers.revoked),
        Route(
            .post, ["api-keys", .id, "rotate"], takesBody: true, sample: sample,
            decode: { input throws(Problem) in
                RotateKey(id: try keyID(input), graceSeconds: try KeyBody.grace(input.body))
            }, encode: KeyAnswers.rotated),
    ]

    /// The registry's classic names for the same.
    private static let classic: [Route] = [
        Route(
            .post, ["api-keys", "generate"], takesBody: true,
            sample: RouteSample(body: #"{"name":"ci","scopes":["registry:read"]}"#),
            decode: { input throws(Problem) in
                CreateKey(plan: try KeyBody(input.body).plan())
            }, encode: KeyAnswers.created),
        Route(
            .post, ["api-keys", "revoke"], takesBody: true,
            sample: RouteSample(body: #"{"id":"0aB1cD2e"}"#),
            decode: { input throws(Problem) in RevokeKey(id: try KeyBody.named(input.body)) },
            encode: KeyAnswers.revoked),
        Route(
            .post, ["api-keys", "validate"], takesBody: true,
            sample: RouteSample(body: #"{"key":"mxk_"}"#),
            decode: { input throws(Problem) in
                ValidateKey(key: try KeyBody.text(of: input.body))
            }, encode: KeyAnswers.validated),
    ]

    private static let sample = RouteSample([.id: "0aB1cD2e"])

    /// What is no id is not quoted: it may be a whole key.
    private static func keyID(_ input: RouteInput) throws(Problem) -> String {
        let id = input.text(of: .id)
        guard APIKeyText.isID(id) else {
            throw .malformed(
                "an API key's id is the \(APIKeyText.idCount) letters and digits behind mxk_")
        }
        return id
    }
}
