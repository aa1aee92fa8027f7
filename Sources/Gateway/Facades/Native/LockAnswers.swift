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
        .page("locks", found.locks, entryBytes: 256, next: found.next, of: ListLocks.list) {
            write($0, ended: nil, to: &$1)
        }
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
