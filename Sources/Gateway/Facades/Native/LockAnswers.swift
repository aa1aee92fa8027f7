internal import Auth
internal import Policy
internal import StrictJSON
internal import Text

/// Locks as the native API writes them.
enum LockAnswers {
    static func made(_ asked: AddLock, _ made: AddLock.Success) -> Answer {
        var writer = JSONWriter()
        write(made.lock, ended: made.ended, to: &writer)
        return Answer(status: 201, body: writer.bytes)
    }

    static func list(_ asked: ListLocks, _ found: ListLocks.Success) -> Answer {
        var writer = JSONWriter(capacity: 64 + found.locks.count * 256)
        writer.raw("{\"locks\":[")
        for (index, lock) in found.locks.enumerated() {
            if index > 0 { writer.raw(",") }
            write(lock, ended: nil, to: &writer)
        }
        writer.raw("]")
        if let next = found.next {
            writer.raw(",\"next\":")
            writer.string(ListCursor(next).text(of: ListLocks.list))
        }
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    private static func write(_ lock: Lock, ended: Int?, to writer: inout JSONWriter) {
        writer.raw("{\"id\":")
        writer.string(lock.id)
        writer.raw(",\"target\":{")
        writer.string(lock.kind)
        writer.raw(":")
        if let target = lock.target { writer.string(target.name) } else { writer.raw("null") }
        writer.raw("},\"reason\":")
        if let reason = lock.reason { writer.string(reason) } else { writer.raw("null") }
        writer.raw(",\"record\":")
        writer.integer(lock.sequence)
        writer.raw(",\"createdAt\":")
        writer.string(CivilTime.rfc3339(nanoseconds: lock.madeNanoseconds))
        if let end = lock.endsNanoseconds {
            writer.raw(",\"expiresAt\":")
            writer.string(CivilTime.rfc3339(nanoseconds: end))
        }
        if let ended {
            writer.raw(",\"endedConnections\":")
            writer.integer(ended)
        }
        writer.raw("}")
    }
}
