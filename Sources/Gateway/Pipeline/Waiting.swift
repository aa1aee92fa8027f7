internal import Policy

/// What waits until its record is on disk.
struct Waiting: ~Copyable {
    /// What happens when the record is durable.
    enum Next: ~Copyable {
        /// Do it, and answer what came of it.
        case perform(any FastCall, Permit)
        /// Answer that it is refused or wrong.
        case refuse(Problem)
        /// Answer what came of it: the record was that of its outcome.
        case answer(HeldAnswer)
        /// Nothing: the connection is gone already.
        case nothing
    }

    let next: Next
    let reply: Reply?
}
