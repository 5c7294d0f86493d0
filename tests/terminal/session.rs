//! The program in a pseudo-terminal, and what its screen shows.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Long enough for a busy machine; nothing waits for it when all is well.
pub const PATIENCE: Duration = Duration::from_secs(60);
pub const LEAVE_ALTERNATE_SCREEN: &str = "\x1b[?1049l";
const SHOW_CURSOR: &str = "\x1b[?25h";

/// The program on a terminal of its own.
pub struct Session {
    pub child: Box<dyn Child + Send + Sync>,
    pub master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    pub output: Receiver<Vec<u8>>,
    pub screen: vt100::Parser,
    pub raw: String,
    pub modes_before: String,
}

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_layerscope");

/// A command that knows nothing of the terminal that the tests are run on.
pub fn command(program: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    for variable in ["COLORTERM", "COLORFGBG", "NO_COLOR"] {
        command.env_remove(variable);
    }
    command
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

pub fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

impl Session {
    pub fn start(arguments: &[&str], cols: u16, rows: u16) -> Self {
        let mut command = command(PROGRAM);
        command.args(arguments);
        Self::run(command, cols, rows)
    }

    /// On a terminal that has true colour, and may be asked which.
    pub fn in_colour() -> Self {
        let mut command = command(PROGRAM);
        command.arg("demo");
        command.env("COLORTERM", "truecolor");
        Self::run(command, 80, 24)
    }

    pub fn run(mut command: CommandBuilder, cols: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(cols, rows)).unwrap();
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        command.env("LAYERSCOPE_CONFIG", "/dev/null");
        let modes_before = modes(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        // The slave stays open here, so that the terminal's modes can be read when the program is
        // gone.
        std::mem::forget(pair.slave);
        let screen = vt100::Parser::new(cells(rows), cells(cols), 0);
        Self { child, master: pair.master, keys, output, screen, raw: String::new(), modes_before }
    }

    pub fn take(&mut self, bytes: &[u8]) {
        self.raw.push_str(&String::from_utf8_lossy(bytes));
        self.screen.process(bytes);
    }

    /// Waits until the screen shows `text`.
    pub fn sees(&mut self, text: &str) -> &mut Self {
        self.waits(text, true)
    }

    /// Waits until the screen does not show `text` any more.
    pub fn loses(&mut self, text: &str) -> &mut Self {
        self.waits(text, false)
    }

    fn waits(&mut self, text: &str, shown: bool) -> &mut Self {
        let end = Instant::now() + PATIENCE;
        while self.screen.screen().contents().contains(text) != shown {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!(
                        "waited for {text:?} to be shown: {shown}\n{}",
                        self.screen.screen().contents()
                    )
                }
            }
        }
        self
    }

    /// Waits until the program has written `text`, be it nothing that is shown.
    pub fn reads(&mut self, text: &str) -> &mut Self {
        while !self.raw.contains(text) {
            let bytes = self.output.recv_timeout(PATIENCE).expect("it is written");
            self.take(&bytes);
        }
        self
    }

    /// Waits until the program has written something more, and is quiet again.
    pub fn reads_more(&mut self) -> &mut Self {
        let bytes = self.output.recv_timeout(PATIENCE).expect("something is written");
        self.take(&bytes);
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(300)) {
            self.take(&bytes);
        }
        self
    }

    pub fn types(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self
    }

    pub fn resize(&mut self, cols: u16, rows: u16) -> &mut Self {
        self.master.resize(size(cols, rows)).unwrap();
        self.screen.screen_mut().set_size(cells(rows), cells(cols));
        self
    }

    /// Sends the program a signal, as `kill` calls it.
    pub fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Waits for the end, and checks that the terminal is as it was.
    pub fn ends(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > end {
                let _ = self.child.kill();
                panic!(
                    "the program does not end; its screen is\n{}",
                    self.screen.screen().contents()
                );
            }
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(20)) {
                self.take(&bytes);
            }
        };
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.take(&bytes);
        }
        assert_eq!(modes(&*self.master), self.modes_before, "the terminal's modes");
        if self.raw.contains("\x1b[?1049h") {
            let left =
                self.raw.rfind(LEAVE_ALTERNATE_SCREEN).expect("the alternate screen is left");
            assert!(self.raw[left..].contains(SHOW_CURSOR), "the cursor is shown again");
        }
        assert!(!self.screen.screen().alternate_screen() && !self.screen.screen().hide_cursor());
        status
    }
}

/// The modes of the terminal, as far as they can be compared.
pub fn modes(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().expect("a pseudo-terminal has modes");
    format!(
        "{:?} {:?} {:?} {:?}",
        modes.input_flags, modes.output_flags, modes.control_flags, modes.local_flags
    )
}
