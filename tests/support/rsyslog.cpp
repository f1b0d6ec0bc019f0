#include "rsyslog.hpp"

#include "eventually.hpp"

#include <fstream>
#include <stdexcept>

namespace echopool::test {

bool have_rsyslog() { return is_installed("rsyslogd"); }

Rsyslog::Rsyslog(const Endpoint& udp) {
  start("module(load=\"imudp\")\ninput(type=\"imudp\" address=\"" + udp.address_string() + "\" port=\"" +
        std::to_string(udp.port()) + "\")\n");
}

Rsyslog::Rsyslog(const std::string& path) {
  start("module(load=\"imuxsock\" SysSock.Name=\"" + path + "\" SysSock.Use=\"on\")\n");
}

void Rsyslog::start(const std::string& input) {
  const std::string file = folder_ / "rsyslog.conf";
  // Its own start-up line, severity info, shows that it is there.
  std::ofstream{file} << "global(processInternalMessages=\"on\")\n"
                      << input
                      << "template(name=\"checked\" type=\"string\" string=\"%syslogfacility-text% "
                         "%syslogseverity-text% %syslogtag%%msg:::drop-last-lf%\\n\")\n"
                      << "action(type=\"omfile\" file=\"" << (folder_ / "received") << "\" template=\"checked\")\n";
  program_ = std::make_unique<Program>(std::vector<std::string>{"rsyslogd", "-n", "-i", "NONE", "-f", file});
  if (!receives("syslog info rsyslogd"))
    throw std::runtime_error{"rsyslogd does not start: " + program_->so_far().err + program_->so_far().out};
}

std::string Rsyslog::received() const { return contents(folder_ / "received"); }

bool Rsyslog::receives(const std::string& text) const {
  return eventually([this, &text] { return received().find(text) != std::string::npos; });
}

}  // namespace echopool::test
