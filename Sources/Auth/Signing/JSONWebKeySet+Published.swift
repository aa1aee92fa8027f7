internal import StrictJSON

extension JSONWebKeySet {
    /// Our own keys, read as anybody reads them.
    init(_ keys: [PublishedKey]) throws(KeySetFault) {
        var writer = JSONWriter(capacity: 1_024)
        keys.writeSet(to: &writer)
        try self.init(writer.bytes)
    }
}
