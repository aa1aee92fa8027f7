internal import Auth
internal import PKI
internal import Policy
internal import Registry
internal import StrictJSON
internal import Text

/// Successes of changing operations as the native API writes them.
enum ChangingAnswers {
    static func register(_ asked: Register, _ done: Register.Success) -> Answer {
        let registration = asked.registration
        var writer = JSONWriter()
        writer.raw("{\"service\":")
        writer.string(registration.service)
        writer.raw(",\"namespace\":")
        writer.string(registration.namespace)
        writer.raw(",\"id\":")
        writer.string(registration.id)
        writer.raw(",\"index\":")
        writer.integer(done.index)
        writer.raw(",\"ttlSeconds\":")
        writer.integer(registration.ttlSeconds)
        writer.raw("}")
        return Answer(status: done.isNew ? 201 : 200, body: writer.bytes)
    }

    static func heartbeat(_ asked: Heartbeat, _ done: Heartbeat.Success) -> Answer {
        var writer = JSONWriter()
        writer.raw("{\"id\":")
        writer.string(asked.name.id)
        writer.raw(",\"expiresAt\":")
        writer.string(CivilTime.rfc3339(nanoseconds: done.expiresAtNanoseconds))
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    static func deregister(_ asked: Deregister, _ done: Deregister.Success) -> Answer {
        .noContent
    }

    static func revoked(_ asked: RevokeCertificates, _ done: RevokeCertificates.Success) -> Answer {
        var writer = JSONWriter()
        writer.raw("{\"id\":")
        writer.string(asked.revocation.id)
        writer.raw(",\"endedConnections\":")
        writer.integer(done.ended)
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    static func issued(_ issued: IssuedSVID) -> Answer {
        var writer = JSONWriter(capacity: 4096)
        writer.raw("{\"svid\":")
        writer.string(issued.svidPEM)
        writer.raw(",\"chain\":")
        writer.string(issued.chainPEM)
        writer.raw(",\"bundle\":")
        writer.string(issued.bundlePEM)
        writer.raw(",\"spiffeId\":")
        writer.string(issued.spiffeID.description)
        writer.raw(",\"expiresAt\":")
        writer.string(CivilTime.rfc3339(nanoseconds: issued.expiresAtNanoseconds))
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }
}
