"""An RTSP server for tests, GStreamer's: a green picture, ten a second, at /h264 and /mjpeg.
Writes its port; ends when its input does.

    python3 rtsp_server.py [PORT]

Exit code 77: something it needs is missing. SPDX-License-Identifier: Apache-2.0
"""
import sys

try:
    import gi
    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer
    Gst.init(None)
except (ImportError, ValueError) as why:
    print(why, file=sys.stderr)
    sys.exit(77)

GREEN = ("videotestsrc is-live=true pattern=green ! "
         "video/x-raw,format=I420,width=96,height=64,framerate=10/1 ! ")
KINDS = {
    "/h264": ("x264enc", GREEN + "x264enc tune=zerolatency key-int-max=10 ! rtph264pay name=pay0 pt=96"),
    "/mjpeg": ("jpegenc", GREEN + "jpegenc ! rtpjpegpay name=pay0"),
}


def main():
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(sys.argv[1] if len(sys.argv) > 1 else "0")
    for path, (element, pipeline) in KINDS.items():
        if not Gst.ElementFactory.find(element) or not Gst.ElementFactory.find("rtpjpegpay"):
            print("no", element, file=sys.stderr)
            sys.exit(77)
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch("( " + pipeline + " )")
        factory.set_shared(True)
        server.get_mount_points().add_factory(path, factory)
    if not server.attach(None):
        sys.exit("cannot listen")
    print(server.get_bound_port(), flush=True)
    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_HUP | GLib.IO_IN,
                      lambda *_: loop.quit())
    loop.run()


main()
