# What a Debian package holds beside the program. packaging/debian has its scripts; scripts/package builds it.
include(GNUInstallDirs)
# A package needs the program, not the tests.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(documents docs/deploy.md docs/feed.md docs/gateway.md docs/security.md docs/sources.md docs/trust.md README.md)
install(FILES packaging/windhover.toml DESTINATION /etc/windhover PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES packaging/systemd/windhover.service packaging/systemd/windhover-gateway.service
        DESTINATION lib/systemd/system)
install(FILES packaging/systemd/windhover.sysusers DESTINATION lib/sysusers.d RENAME windhover.conf)
install(FILES packaging/udev/65-windhover.rules DESTINATION lib/udev/rules.d)
install(FILES ${documents} packaging/windhover.toml DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES packaging/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME windhover)
set(CPACK_PACKAGE_CONTACT "Windhover maintainers <windhover@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "SDR sensor for drones: Remote ID, DJI DroneID and radio links")
set(CPACK_PACKAGE_DESCRIPTION "Windhover listens with a software defined radio for what aircraft broadcast
about themselves and for what their radio links do, and publishes it as JSON
over ZeroMQ. It receives and never transmits. The package has two services,
windhover (the sensor) and windhover-gateway (DragonSync, TAK, Prometheus),
which run without privileges; neither starts before it is asked to.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR OFF)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION hamradio)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# dpkg's helpers are older than their users; adduser is not needed with systemd's own.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers")
# Modules are of the receivers, and there is no need for all of them.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "soapysdr-module-all, udev")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gpsd, chrony")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/packaging/debian/conffiles ${CMAKE_SOURCE_DIR}/packaging/debian/postinst
    ${CMAKE_SOURCE_DIR}/packaging/debian/prerm ${CMAKE_SOURCE_DIR}/packaging/debian/postrm)
include(CPack)
