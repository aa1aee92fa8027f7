internal import StrictJSON
internal import Text
internal import Wire

/// The rows of legal holds under `/api/maxine/audit`.
enum HoldRoutes {
    static let all: [Route] = [
        Route(
            .get, ["audit", "holds"], query: ["limit", "next"],
            decode: { input throws(Problem) in try Parameters(input).listHolds() },
            encode: list),
        Route(
            .post, ["audit", "holds"], takesBody: true,
            sample: RouteSample(body: #"{"name":"matter-7","reason":"asked by the court"}"#),
            decode: { input throws(Problem) in AddHold(plan: try plan(input)) }, encode: made),
        Route(
            .delete, ["audit", "holds", .id], sample: RouteSample([.id: "matter-7"]),
            decode: { input throws(Problem) in
                RemoveHold(name: try name(input.text(of: .id), "a hold's name"))
            }, encode: { _, _ in .noContent }),
    ]

    /// Reads `{name, reason, from?, to?}`; each fault says where it is.
    private static func plan(_ input: RouteInput) throws(Problem) -> HoldPlan {
        let value = try jsonBody(input.body)
        try value.check("$", members: ["name", "reason", "from", "to"])
        guard let text = value["name"]?.string else {
            throw .malformed("$.name: expected a string")
        }
        let plan = HoldPlan(
            name: try name(text, "$.name"), reason: try value.reasonText(),
            first: try number("from", in: value), last: try number("to", in: value))
        guard plan.first ?? 1 <= plan.last ?? .max else {
            throw .impossible("$.to: it lies before $.from")
        }
        return plan
    }

    private static func name(_ text: String, _ place: String) throws(Problem) -> String {
        guard HoldPlan.canBeName(text) else {
            throw .impossible(
                "\(place): expected up to \(HoldLimits.nameBytesMax) of the characters a-z 0-9 - . _,"
                    + " the first a letter or digit")
        }
        return text
    }

    private static func number(
        _ member: String, in value: JSONValue
    ) throws(Problem) -> UInt64? {
        guard let found = value[member], found != .null else { return nil }
        guard case .number(let written) = found, let whole = written.whole, whole > 0 else {
            throw .malformed("$.\(member): expected the number of a record, from 1")
        }
        return UInt64(whole)
    }

    private static func made(_ asked: AddHold, _ made: AddHold.Success) -> Answer {
        var writer = JSONWriter()
        write(made.hold, to: &writer)
        return Answer(status: 201, body: writer.bytes)
    }

    private static func list(_ asked: ListHolds, _ found: ListHolds.Success) -> Answer {
        .page("holds", found.holds, entryBytes: 192, next: found.next, of: ListHolds.list) {
            write($0, to: &$1)
        }
    }

    private static func write(_ hold: LegalHold, to writer: inout JSONWriter) {
        writer.raw("{\"name\":")
        writer.string(hold.plan.name)
        writer.raw(",\"reason\":")
        writer.string(hold.plan.reason)
        if let first = hold.plan.first {
            writer.raw(",\"from\":")
            writer.integer(first)
        }
        if let last = hold.plan.last {
            writer.raw(",\"to\":")
            writer.integer(last)
        }
        writer.raw(",\"record\":")
        writer.integer(hold.sequence)
        writer.raw(",\"createdAt\":")
        writer.string(CivilTime.rfc3339(nanoseconds: hold.madeNanoseconds))
        writer.raw("}")
    }
}
