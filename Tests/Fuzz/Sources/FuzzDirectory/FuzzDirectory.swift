import Glibc

@testable import LDAP

/// Feeds bytes to all that reads what a directory sends: names, the answer before TLS, what a worker says, and libldap itself
/// with what is made of its entries.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDirectory(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = bytes.first else { return 0 }
    let rest = Array(bytes.dropFirst())
    switch first % 4 {
    case 0:
        guard let text = String(validating: rest, as: UTF8.self),
            let name = DistinguishedName(text)
        else { return 0 }
        // Two spellings of one name are one name.
        guard DistinguishedName(name.description) == name, name.covers(name) else { abort() }
    case 1: _ = StartTLS.read(rest)
    case 2:
        if let answer = DirectoryAnswer(json: rest) {
            guard DirectoryAnswer(json: answer.json) == answer else { abort() }
        }
        _ = AskedQuestion(json: rest)
    default: _ = asked(rest)
    }
    return 0
}

/// What is made of a server that lets the service account in and then sends these bytes as its answer to the search.
private func asked(_ bytes: [UInt8]) -> DirectoryAnswer? {
    let service = pair(sending: [bound(1), message(2, bytes)])
    let person = pair(sending: [bound(1), message(2, bytes), message(3, bytes)])
    var plan = DirectoryPlan(base: "dc=org")
    plan.service = .account("cn=gateway")
    plan.groupMode = .search
    let call = DirectoryCall(.signOn(user: "alice"), plan)
    let request = call.request(servicePassword: [1], password: [2], milliseconds: 1000)
    let json = DirectoryWorker.answer(request, [service.0, person.0])
    close(service.1)
    close(person.1)
    // What we say of it must be readable by ourselves.
    guard let answer = DirectoryCall.answer(json) else { abort() }
    return answer
}

private func bound(_ number: UInt8) -> [UInt8] {
    message(number, [0x61, 0x07, 0x0A, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00])
}

private func message(_ number: UInt8, _ operation: [UInt8]) -> [UInt8] {
    let length = operation.count + 3
    let digits = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
    return [0x30, 0x84] + digits + [0x02, 0x01, number] + operation
}

/// A connection, and its other end, which has sent all that it ever will.
private func pair(sending messages: [[UInt8]]) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { abort() }
    let bytes = messages.flatMap { $0 }
    _ = send(ends[1], bytes, bytes.count, Int32(MSG_NOSIGNAL))
    shutdown(ends[1], Int32(SHUT_WR))
    return (ends[0], ends[1])
}
