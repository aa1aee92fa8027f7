internal import Auth
internal import StrictJSON
internal import Text

/// Sessions as the native API writes them; the secret is in one answer only, and there in the cookie or in the body.
enum SessionAnswers {
    static func opened(_ asked: OpenSession, _ made: MintedSession) -> Answer {
        opened(made, isCookie: asked.isCookie)
    }

    static func reset(_ asked: ResetBootstrap, _ done: ResetBootstrap.Success) -> Answer {
        var writer = JSONWriter(capacity: 128)
        writer.raw("{\"token\":")
        writer.string(String(decoding: done.token.bytes, as: UTF8.self))
        write("expiresAt", done.endsNanoseconds, to: &writer)
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    static func opened(_ made: MintedSession, isCookie: Bool) -> Answer {
        var writer = JSONWriter(capacity: 384)
        writer.raw("{")
        writeFacts(of: made.session, to: &writer)
        writer.raw(",\"idleSeconds\":")
        writer.integer(made.idleSeconds)
        if !isCookie {
            writer.raw(",\"session\":")
            writer.string(String(decoding: made.secret.bytes, as: UTF8.self))
        }
        writer.raw("}")
        var answer = Answer(status: 201, body: writer.bytes)
        if isCookie {
            answer.further.setCookies = [SessionCookie.field(of: made)]
        }
        return answer
    }

    static func closed(_ asked: CloseSession, _ done: CloseSession.Success) -> Answer {
        var answer = Answer.noContent
        if let next = done.next {
            var writer = JSONWriter(capacity: next.utf8.count + 16)
            writer.raw("{\"next\":")
            writer.string(next)
            writer.raw("}")
            answer = Answer(status: 200, body: writer.bytes)
        }
        answer.further.setCookies = [SessionCookie.cleared] + done.cookies
        return answer
    }

    static func ended(_ asked: EndSessions, _ done: Void) -> Answer { .noContent }

    static func list(_ asked: ListSessions, _ found: ListSessions.Success) -> Answer {
        .page(
            "sessions", found.sessions, entryBytes: 320, next: found.next, of: asked.list
        ) { shown, writer in
            writer.raw("{")
            writeFacts(of: shown.session, to: &writer)
            write("lastUsedAt", shown.usedNanoseconds, to: &writer)
            write("idleEndsAt", shown.idleEndsNanoseconds, to: &writer)
            writer.raw(",\"current\":")
            writer.raw(found.current == shown.session.id ? "true" : "false")
            writer.raw("}")
        }
    }

    static func writeFacts(of session: Session, to writer: inout JSONWriter) {
        writer.raw("\"id\":")
        writer.string(session.id)
        writer.raw(",\"holder\":{\"kind\":")
        writer.string(session.holder.kind)
        writer.raw(",\"id\":")
        writer.string(session.holder.id)
        writer.raw("},\"method\":")
        writer.string(session.proof.method.rawValue)
        if let provider = session.proof.provider {
            writer.raw(",\"provider\":")
            writer.string(provider)
        }
        write("createdAt", session.createdNanoseconds, to: &writer)
        write("expiresAt", session.endsNanoseconds, to: &writer)
    }

    private static func write(
        _ name: StaticString, _ nanoseconds: Int64, to writer: inout JSONWriter
    ) {
        writer.raw(",\"")
        writer.raw(name)
        writer.raw("\":")
        writer.string(CivilTime.rfc3339(nanoseconds: nanoseconds))
    }
}
