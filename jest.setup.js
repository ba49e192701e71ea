// What a test waits for may take longer on a busy machine.
require('@testing-library/react').configure({ asyncUtilTimeout: 20_000 });
