internal import Dispatch

/// Where it is waited for disks while persons are erased, one after the other: on no thread that anybody else needs.
enum ErasureQueue {
    static let one = DispatchQueue(label: "maxine.erasing")
}
